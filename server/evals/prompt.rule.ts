import { createHash } from "node:crypto";
import { type ChatTurn, caseOf, isRecord } from "#server/evals/case.rule.ts";

/**
 * What makes two cases the same: the turns before the answer, by role and text. Composed accents, line ends and white
 * space at a turn's ends make no difference; another answer to the same prompt is the same case still. The first 64 bits
 * of a sha256: two different prompts among a million meet with a probability below 10⁻⁷.
 */
export function hashPrompt(prompt: readonly ChatTurn[]): bigint {
  const turns = prompt.map(({ role, content }) => [
    role === "developer" ? "system" : role,
    content.normalize("NFC").replaceAll("\r\n", "\n").trim(),
  ]);
  return createHash("sha256").update(JSON.stringify(turns)).digest().readBigUInt64LE(0);
}

/**
 * Every prompt that a normalised training row teaches an answer to: what stands before each assistant turn that carries
 * loss, not only before the last. Null for a row of plain text, which has no prompt to compare.
 */
export function promptsTaught(example: unknown): ChatTurn[][] | null {
  if (!isRecord(example) || "text" in example) return null;
  if (Array.isArray(example.messages)) {
    const { messages } = example;
    return messages.flatMap((message, i) => {
      const learnt = isRecord(message) && message.role === "assistant" && message.weight !== 0;
      return learnt ? promptOf({ messages: messages.slice(0, i + 1) }) : [];
    });
  }
  if (Array.isArray(example.chosen)) return promptOf({ prompt: example.prompt, completion: example.chosen });
  return promptOf(example);
}

function promptOf(example: unknown): ChatTurn[][] {
  const one = caseOf(example);
  return one ? [one.prompt] : [];
}
