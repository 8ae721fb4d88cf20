import type { PromptInput } from "#server/inference/host/contract.ts";
import type { Prompter } from "#server/inference/host/prompt.ts";

/** The tokens of a prompt of any kind. Throws a refusal (400). */
export function promptTokens(prompts: Prompter, prompt: PromptInput): Uint32Array {
  if (prompt.kind === "chat") return prompts.chat(prompt.messages, prompt.variables).tokens;
  return prompt.kind === "text" ? prompts.text(prompt.text) : Uint32Array.from(prompt.tokens);
}
