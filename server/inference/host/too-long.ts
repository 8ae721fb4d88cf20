import type { PromptInput } from "#server/inference/host/contract.ts";
import { type Refusal, refusal } from "#server/inference/host/refusal.ts";

/** What is certain without counting: no token is longer than `longestTokenBytes`. Null: the tokenizer does not say. */
export type Reach = { contextLength: number; longestTokenBytes: number | null };

/** A refusal for a text that cannot fit, whatever its tokens are; null when it has to be tokenised to know. */
export function certainlyTooLong(bytes: number, param: "messages" | "prompt", reach: Reach): Refusal | null {
  const { contextLength, longestTokenBytes } = reach;
  if (longestTokenBytes === null || bytes <= contextLength * longestTokenBytes) return null;
  return tooLong(param, `at least ${Math.ceil(bytes / longestTokenBytes)}`, contextLength);
}

/** The same before a template has seen the messages. It may leave out what assistants thought, so that is not counted. */
export function promptTooLong(prompt: PromptInput, reach: Reach): Refusal | null {
  if (prompt.kind === "text") return certainlyTooLong(Buffer.byteLength(prompt.text), "prompt", reach);
  if (prompt.kind === "tokens")
    return prompt.tokens.length < reach.contextLength
      ? null
      : tooLong("prompt", String(prompt.tokens.length), reach.contextLength);
  const counted = prompt.messages.filter(({ role }) => role !== "assistant");
  const bytes = counted.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  return certainlyTooLong(bytes, "messages", reach);
}

/** OpenAI's wording, which client libraries look for. */
export function tooLong(param: "messages" | "prompt", tokens: string, contextLength: number): Refusal {
  const message = `This model's maximum context length is ${contextLength} tokens. However, your ${param} resulted in ${tokens} tokens. Please reduce the length of the ${param}.`;
  return refusal(400, message, { code: "context_length_exceeded", param });
}
