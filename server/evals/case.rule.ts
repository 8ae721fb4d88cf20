import { isRecord } from "#server/text/json.rule.ts";

const roles = ["system", "developer", "user", "assistant", "tool"] as const;
export type ChatTurn = { role: (typeof roles)[number]; content: string };
/** `weight` 0: an answer that people excluded from learning is no reference either. */
type WeightedTurn = ChatTurn & { weight?: number };
export type EvalCase = { prompt: ChatTurn[]; reference: string };

/**
 * The question and the reference answer of one normalised example: everything before the last assistant turn that is
 * learnt, and that turn. Null for a row that holds no question with a good answer (plain text, preferences).
 */
export function caseOf(example: unknown): EvalCase | null {
  if (!isRecord(example)) return null;
  if (Array.isArray(example.messages)) return fromTurns(turnsOf(example.messages));
  const { prompt, completion, label } = example;
  if (label === false) return null;
  if (prompt === undefined || completion === undefined) return null;
  const asked = Array.isArray(prompt) ? turnsOf(prompt) : [turn("user", prompt)];
  const answered = Array.isArray(completion) ? turnsOf(completion) : [turn("assistant", completion)];
  const system = typeof example.system === "string" ? [turn("system", example.system)] : [];
  return fromTurns([...system, ...asked, ...answered]);
}

function turn(role: ChatTurn["role"], content: unknown): ChatTurn {
  return { role, content: String(content) };
}

function fromTurns(turns: WeightedTurn[]): EvalCase | null {
  const last = turns.findLastIndex((turn) => turn.role === "assistant" && turn.weight !== 0);
  const answer = turns[last];
  if (!answer || last <= 0) return null;
  return { prompt: turns.slice(0, last).map(({ role, content }) => ({ role, content })), reference: answer.content };
}

/** The turns of a conversation that have a role and a text. */
export function turnsOf(messages: unknown[]): WeightedTurn[] {
  return messages.flatMap((message) => {
    const role = isRecord(message) ? roles.find((known) => known === message.role) : undefined;
    return role && isRecord(message) && typeof message.content === "string"
      ? [{ role, content: message.content, weight: message.weight === 0 ? 0 : 1 }]
      : [];
  });
}
