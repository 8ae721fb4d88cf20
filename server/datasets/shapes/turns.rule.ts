import type { Role, Turn } from "#server/datasets/shapes/canonical.rule.ts";
import {
  type Found,
  note,
  problem,
  type RowProblem,
  requireText,
  wrongType,
} from "#server/datasets/shapes/problem.rule.ts";
import { readTurn } from "#server/datasets/shapes/turn.rule.ts";
import { isExactObject } from "#server/text/exact-json.rule.ts";

/** What a list of turns must end with: an answer, or the question whose answers stand elsewhere. */
type End = "assistant" | "user";

/**
 * Read a list of chat turns: at most one system turn and only first, then user and assistant in turn, ending with the
 * assistant unless told. Everything wrong is added to what was found.
 */
export function readTurns(value: unknown, field: string, found: Found, end: End = "assistant"): Turn[] {
  const turns = readTurnList(value, field, found);
  if (turns) checkOrder(turns, field, found, end);
  return turns ?? [];
}

/** The turns of a list one by one, in whatever order; null with the problems added when one cannot be read. */
export function readTurnList(value: unknown, field: string, found: Found): Turn[] | null {
  const list = parsedTurns(value);
  if (!Array.isArray(list)) {
    found.problems.push(wrongType(field, "a list of turns", value));
    return null;
  }
  const before = found.problems.length;
  const turns: Turn[] = [];
  for (let index = 0; index < list.length; index++) {
    const turn = readTurn(list[index], { field, index }, found);
    if (turn) turns.push(turn);
  }
  return found.problems.length === before ? turns : null;
}

/** ms-swift's `conversation`: a list of `{human, assistant}`; any other list as it is. */
function parsedTurns(value: unknown): unknown {
  if (!Array.isArray(value) || !value.every(isExchange)) return value;
  return value.flatMap(({ human, user, assistant }) => [
    { role: "user", content: human ?? user },
    { role: "assistant", content: assistant },
  ]);
}

function isExchange(value: unknown): value is Record<string, unknown> {
  return isExactObject(value) && !("role" in value || "from" in value) && ("human" in value || "user" in value);
}

/** Put a system text before the turns; a conversation's own system turn wins over a column, and that is said. */
export function withSystem(system: string, turns: Turn[], found: Found): Turn[] {
  if (!system) return turns;
  const [first] = turns;
  if (first?.role !== "system") return [{ role: "system", content: system }, ...turns];
  if (first.content !== system) note(found, "system_overruled");
  return turns;
}

export function exchange(user: string, assistant: string): Turn[] {
  return [
    { role: "user", content: user },
    { role: "assistant", content: assistant },
  ];
}

/** `[[question, answer], …]` as turns before a row's own question. */
export function readHistory(value: unknown, field: string, found: Found): Turn[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    found.problems.push(wrongType(field, "a list of [question, answer]", value));
    return [];
  }
  return value.flatMap((pair: unknown, i) => {
    if (!Array.isArray(pair) || pair.length !== 2) {
      found.problems.push(wrongType(`${field}[${i}]`, "a list of two texts", pair));
      return [];
    }
    const question = requireText(pair[0], `${field}[${i}][0]`, found);
    return exchange(question, requireText(pair[1], `${field}[${i}][1]`, found));
  });
}

/** The order of user and assistant, and the end, of turns that are sound one by one. */
export function checkOrder(turns: readonly Turn[], field: string, { problems }: Found, end: End): void {
  let previous: Role | null = null;
  const before = problems.length;
  let i = -1;
  for (const { role } of turns) {
    i++;
    if (role === "system") {
      if (i > 0) problems.push(systemNotFirst(`${field}[${i}]`, i));
      continue;
    }
    const expected: Role = previous === "user" ? "assistant" : "user";
    if (role !== expected) problems.push(outOfOrder(`${field}[${i}]`, i, role, expected, turns.length));
    previous = role;
  }
  if (previous === null) {
    const message = turns.length === 0 ? `"${field}" has no turns` : `"${field}" has only a system turn`;
    problems.push(problem(field, "no_turns", message, "Add a user turn and an assistant turn, or leave the row out."));
  } else if (previous !== end && problems.length === before) problems.push(wrongEnd(field, previous, end));
}

/** Chats that are learnt from need a turn that carries loss. */
export function checkLearnt(turns: readonly Turn[], field: string, found: Found): void {
  let answers = 0;
  let excluded = 0;
  for (const { role, weight } of turns) {
    if (role !== "assistant") continue;
    answers++;
    if (weight === 0) excluded++;
  }
  if (excluded > 0) note(found, "not_learnt");
  if (excluded === 0 || excluded < answers) return;
  const message = "every assistant turn has weight 0: there is nothing to learn";
  found.problems.push(problem(field, "nothing_learnt", message, "Give one of them weight 1, or leave the row out."));
}

function systemNotFirst(field: string, i: number): RowProblem {
  const message = `turn ${i + 1} is a system turn; only the first may be`;
  return problem(field, "system_not_first", message, "Move the system text to the first turn.");
}

function outOfOrder(field: string, i: number, role: Role, expected: Role, turns: number): RowProblem {
  const message = `turn ${i + 1} is ${role}, but it is the ${expected}'s turn`;
  const remedy =
    turns === 1
      ? 'Add the user\'s turn before it, or write plain text as {"text": "…"}.'
      : "Let user and assistant take turns, the user first: merge neighbours of one role or add the missing turn.";
  return problem(field, "roles_out_of_order", message, remedy);
}

function wrongEnd(field: string, role: Role, expected: End): RowProblem {
  if (expected === "user") {
    const message = "the prompt ends with an assistant turn; its answers stand in columns of their own";
    return problem(field, "prompt_not_user", message, "End the prompt with the user's turn.");
  }
  const message = `the last turn is ${role}; there is no answer to learn from`;
  return problem(field, "last_not_assistant", message, "Add the assistant's answer at the end, or drop the last turn.");
}
