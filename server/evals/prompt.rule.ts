import { createHash } from "node:crypto";
import { type ChatTurn, caseOf, turnsOf } from "#server/evals/case.rule.ts";
import { isRecord } from "#server/text/json.rule.ts";

/**
 * What makes two cases the same: the turns before the answer, by role and text. Composed accents, line ends and white
 * space at a turn's ends make no difference; another answer to the same prompt is the same case still. The first 64 bits
 * of a sha256: two different prompts among a million meet with a probability below 10⁻⁷.
 */
export function hashPrompt(prompt: readonly ChatTurn[]): bigint {
  const hasher = promptHasher();
  for (const turn of prompt) hasher.add(turn);
  return hasher.soFar();
}

/**
 * Of every prompt that a normalised training row teaches an answer to, its hash: what stands before each assistant turn
 * that carries loss, not only before the last. Null for a row of plain text, which has no prompt to compare. Every turn
 * is read once: a row of 8 MiB may have a quarter of a million.
 */
export function promptsTaught(example: unknown): bigint[] | null {
  if (!isRecord(example) || "text" in example) return null;
  if (Array.isArray(example.messages)) {
    const hasher = promptHasher();
    return turnsOf(example.messages).flatMap((turn, i) => {
      const taught = i > 0 && turn.role === "assistant" && turn.weight !== 0 ? [hasher.soFar()] : [];
      hasher.add(turn);
      return taught;
    });
  }
  const row = Array.isArray(example.chosen) ? { prompt: example.prompt, completion: example.chosen } : example;
  const one = caseOf(row);
  return one ? [hashPrompt(one.prompt)] : [];
}

/** Hashes the JSON of a growing list of turns. */
function promptHasher() {
  const hash = createHash("sha256").update("[");
  let turns = 0;
  return {
    add: ({ role, content }: ChatTurn) => {
      const words = content.normalize("NFC").replaceAll("\r\n", "\n").trim();
      hash.update(`${turns++ > 0 ? "," : ""}${JSON.stringify([role === "developer" ? "system" : role, words])}`);
    },
    soFar: () => hash.copy().update("]").digest().readBigUInt64LE(0),
  };
}
