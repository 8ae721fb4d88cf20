import type { Role, Turn } from "#server/datasets/shapes/canonical.rule.ts";
import {
  isRecord,
  isSound,
  problem,
  type RowProblem,
  unsoundText,
  wrongType,
} from "#server/datasets/shapes/problem.rule.ts";

const roleOf = new Map<unknown, Role | "tool">([
  ["system", "system"],
  ["developer", "system"],
  ["user", "user"],
  ["human", "user"],
  ["assistant", "assistant"],
  ["gpt", "assistant"],
  ["tool", "tool"],
  ["function", "tool"],
  ["function_call", "tool"],
  ["observation", "tool"],
]);

type Options = {
  /** the answer stands elsewhere (preference rows): the turns must end with the user's */
  promptOnly?: boolean;
};

/**
 * Read a list of chat turns, written `{role, content}` or `{from, value}`:
 * at most one system turn and only first, then user and assistant in turn, ending with the assistant.
 * Everything wrong is added to `problems`.
 */
export function readTurns(value: unknown, field: string, problems: RowProblem[], options: Options = {}): Turn[] {
  if (!Array.isArray(value)) {
    problems.push(wrongType(field, "a list of turns", value));
    return [];
  }
  const before = problems.length;
  const turns: Turn[] = [];
  for (let i = 0; i < value.length; i++) {
    const turn = readTurn(value[i], field, i, problems);
    if (turn) turns.push(turn);
  }
  if (problems.length === before) checkOrder(turns, field, problems, options);
  return turns;
}

/** One turn, or null with its problem added; `index` is its place in the list `field`, null when it stands alone. */
export function readTurn(value: unknown, field: string, index: number | null, problems: RowProblem[]): Turn | null {
  // paths are only put together when there is something to say: this runs for every turn of every row
  const path = (key?: string) => `${field}${index === null ? "" : `[${index}]`}${key ? `.${key}` : ""}`;
  if (!isRecord(value)) {
    problems.push(wrongType(path(), "an object with a role and its content", value));
    return null;
  }
  const shareGpt = value.role === undefined && value.from !== undefined;
  const roleKey = shareGpt ? "from" : "role";
  const contentKey = shareGpt ? "value" : "content";
  const name = value[roleKey];
  const role = roleOf.get(name);
  if (role === "tool" || value.tool_calls !== undefined || value.function_call !== undefined) {
    problems.push(toolTurn(path()));
    return null;
  }
  if (!role) {
    problems.push(unknownRole(path(roleKey), name));
    return null;
  }
  const content = value[contentKey];
  if (typeof content === "string" && content.trim() !== "" && isSound(content)) return { role, content };
  const mended = readContent(content, path(contentKey), role, problems);
  return mended === null ? null : { role, content: mended };
}

function readContent(value: unknown, field: string, role: Role, problems: RowProblem[]): string | null {
  const text = Array.isArray(value) ? joinTextParts(value) : value;
  if (text === null && Array.isArray(value)) {
    const message = `"${field}" holds parts that are not text`;
    const remedy = "Keep only parts of type text; images and audio are not trained.";
    problems.push(problem(field, "not_text", message, remedy));
  } else if (typeof text !== "string") problems.push(wrongType(field, "text", value));
  else if (text.trim() === "") problems.push(emptyTurn(field, role));
  else if (!isSound(text)) problems.push(unsoundText(field, text));
  else return text;
  return null;
}

/** OpenAI's list form of content; null when a part is not text. */
function joinTextParts(parts: unknown[]): string | null {
  let text = "";
  for (const part of parts) {
    if (!isRecord(part) || part.type !== "text" || typeof part.text !== "string") return null;
    text += part.text;
  }
  return text;
}

function checkOrder(turns: Turn[], field: string, problems: RowProblem[], options: Options): void {
  let previous: Role | null = null;
  for (const [i, turn] of turns.entries()) {
    if (turn.role === "system") {
      if (i > 0) problems.push(systemNotFirst(`${field}[${i}]`, i));
      continue;
    }
    const expected: Role = previous === "user" ? "assistant" : "user";
    if (turn.role !== expected) problems.push(outOfOrder(`${field}[${i}]`, i, turn.role, expected));
    previous = turn.role;
  }
  const last = options.promptOnly ? "user" : "assistant";
  if (previous === null) {
    const message = turns.length === 0 ? `"${field}" has no turns` : `"${field}" has only a system turn`;
    problems.push(problem(field, "no_turns", message, "Add a user turn and an assistant turn, or leave the row out."));
  } else if (previous !== last && problems.length === 0) {
    problems.push(wrongEnd(field, previous, last));
  }
}

function unknownRole(field: string, name: unknown): RowProblem {
  const shown = typeof name === "string" ? `"${name.slice(0, 40)}"` : name === undefined ? "missing" : "not text";
  const message = `the role is ${shown}; known are system, user and assistant (ShareGPT: system, human, gpt)`;
  return problem(field, "unknown_role", message, "Rename the role, or leave the row out.");
}

function toolTurn(field: string): RowProblem {
  const remedy = "Set these rows aside, or write the calls into the assistant's text.";
  return problem(field, "tool_turn", "a tool call or a tool result: tool turns are not trained yet", remedy);
}

function emptyTurn(field: string, role: Role): RowProblem {
  const message = `the ${role} turn is empty`;
  return problem(field, "empty_turn", message, "Write the turn's text, or leave the row out.");
}

function systemNotFirst(field: string, i: number): RowProblem {
  const message = `turn ${i + 1} is a system turn; only the first may be`;
  return problem(field, "system_not_first", message, "Move the system text to the first turn.");
}

function outOfOrder(field: string, i: number, role: Role, expected: Role): RowProblem {
  const message = `turn ${i + 1} is ${role}, but it is the ${expected}'s turn`;
  const remedy =
    "Let user and assistant take turns, the user first: merge neighbours of one role or add the missing turn.";
  return problem(field, "roles_out_of_order", message, remedy);
}

function wrongEnd(field: string, role: Role, expected: Role): RowProblem {
  if (expected === "user") {
    const message = "the prompt ends with an assistant turn; the answers stand in chosen and rejected";
    return problem(field, "prompt_not_user", message, "End the prompt with the user's turn.");
  }
  const message = `the last turn is ${role}; there is no answer to learn from`;
  return problem(field, "last_not_assistant", message, "Add the assistant's answer at the end, or drop the last turn.");
}
