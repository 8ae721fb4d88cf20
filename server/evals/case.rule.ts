const roles = ["system", "developer", "user", "assistant", "tool"] as const;
export type ChatTurn = { role: (typeof roles)[number]; content: string };
export type EvalCase = { prompt: ChatTurn[]; reference: string };

/**
 * The question and the reference answer of one normalised example: everything before the last assistant turn,
 * and that turn. Null for a row that holds no question with an answer (plain text, preference pairs).
 */
export function caseOf(example: unknown): EvalCase | null {
  if (!isRecord(example)) return null;
  if (Array.isArray(example.messages)) return fromTurns(turnsOf(example.messages));
  const { prompt, completion } = example;
  if (prompt === undefined || completion === undefined) return null;
  const asked = Array.isArray(prompt) ? turnsOf(prompt) : [turn("user", prompt)];
  const answered = Array.isArray(completion) ? turnsOf(completion) : [turn("assistant", completion)];
  const system = typeof example.system === "string" ? [turn("system", example.system)] : [];
  return fromTurns([...system, ...asked, ...answered]);
}

function turn(role: ChatTurn["role"], content: unknown): ChatTurn {
  return { role, content: String(content) };
}

function fromTurns(turns: ChatTurn[]): EvalCase | null {
  const last = turns.findLastIndex((turn) => turn.role === "assistant");
  const answer = turns[last];
  return answer && last > 0 ? { prompt: turns.slice(0, last), reference: answer.content } : null;
}

function turnsOf(messages: unknown[]): ChatTurn[] {
  return messages.flatMap((message) => {
    const role = isRecord(message) ? roles.find((known) => known === message.role) : undefined;
    return role && isRecord(message) && typeof message.content === "string" ? [{ role, content: message.content }] : [];
  });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
