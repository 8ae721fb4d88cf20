import type { PreferenceExample, Turn, UnpairedExample } from "#server/datasets/shapes/canonical.rule.ts";
import { type PairColumns, readPrompt } from "#server/datasets/shapes/chat.rule.ts";
import {
  type Converted,
  column,
  concluded,
  describe,
  type Found,
  failed,
  isFilled,
  missing,
  optionalText,
  problem,
  requireText,
  scalar,
  wrongType,
} from "#server/datasets/shapes/problem.rule.ts";
import { isTurn, readTurn } from "#server/datasets/shapes/turn.rule.ts";
import { checkOrder, readHistory, readTurnList, readTurns, withSystem } from "#server/datasets/shapes/turns.rule.ts";
import { splitsPair } from "#server/text/cut-text.rule.ts";
import { isExactObject } from "#server/text/exact-json.rule.ts";

type Row = Record<string, unknown>;

export type PreferenceColumns = {
  prompt?: string | undefined;
  input?: string | undefined;
  system?: string | undefined;
  history?: string | undefined;
  chosen: string;
  rejected: string;
};

/**
 * Two answers to one question. With a prompt each answer is text or one assistant turn, or the whole conversation that
 * begins with the prompt; without one the shared beginning of the two is the prompt (TRL's implicit prompt).
 */
export function fromPreference(row: Row, columns: PreferenceColumns, found: Found): Converted<PreferenceExample> {
  const { chosen, rejected } = columns;
  const [better, worse] = [column(row, chosen), column(row, rejected)];
  for (const [field, value] of [[chosen, better] as const, [rejected, worse] as const])
    if (value === undefined || value === null) found.problems.push(missing(field));
  if (found.problems.length > 0) return failed(found.problems);
  const pair =
    isConversation(better) && isConversation(worse)
      ? splitConversations(row, better, worse, columns, found)
      : columns.prompt === undefined
        ? splitTexts(better, worse, columns, found)
        : {
            prompt: readQuestion(row, { ...columns, prompt: columns.prompt }, found),
            chosen: readAnswer(better, chosen, found),
            rejected: readAnswer(worse, rejected, found),
          };
  const system = columns.system ? optionalText(column(row, columns.system), columns.system, found) : "";
  checkDifferent(pair, rejected, found);
  return concluded(found, () => ({
    prompt: withSystem(system, pair.prompt, found).map(plain),
    chosen: [plain(pair.chosen)],
    rejected: [plain(pair.rejected)],
  }));
}

type Pair = { prompt: Turn[]; chosen: Turn; rejected: Turn };

const nothing: Turn = { role: "assistant", content: "" };
const noPair: Pair = { prompt: [], chosen: nothing, rejected: nothing };

/** Loss is not a matter of turns here. */
function plain({ role, content }: Turn): Turn {
  return { role, content };
}

function isConversation(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > 1;
}

/** The shared beginning of two conversations is the prompt; what is left of each must be one answer. */
function splitConversations(
  row: Row,
  better: unknown[],
  worse: unknown[],
  names: PreferenceColumns,
  found: Found,
): Pair {
  const asked = names.prompt === undefined ? [] : promptTurns(row, names.prompt, found);
  const [a, b] = [
    after(asked, readTurnList(better, names.chosen, found)),
    after(asked, readTurnList(worse, names.rejected, found)),
  ];
  if (!a || !b) return noPair;
  let shared = 0;
  while (shared < a.length && shared < b.length && isSame(a[shared], b[shared])) shared++;
  // two equal conversations differ nowhere: their last turns are the answers, and that is said below
  const at = Math.min(shared, a.length - 1, b.length - 1);
  const prompt = a.slice(0, at);
  if (shared > 0) checkOrder(prompt, names.chosen, found, "user");
  else {
    const message = `"${names.chosen}" and "${names.rejected}" do not begin with the same turn: there is no shared prompt`;
    const remedy = "Begin both with the same turns, or give the prompt a column of its own.";
    found.problems.push(problem(names.rejected, "no_shared_prompt", message, remedy));
  }
  const answer = (turns: Turn[], field: string): Turn => {
    const [turn, ...more] = turns.slice(at);
    if (turn?.role === "assistant" && more.length === 0) return turn;
    const message = `"${field}" goes on for ${turns.length - at} turns after the shared beginning; one answer is compared`;
    const remedy = "Cut both conversations after the first answer in which they differ.";
    found.problems.push(problem(field, "answer_of_several_turns", message, remedy));
    return nothing;
  };
  return { prompt, chosen: answer(a, names.chosen), rejected: answer(b, names.rejected) };
}

function promptTurns(row: Row, field: string, found: Found): Turn[] {
  const value = column(row, field);
  if (Array.isArray(value)) return readTurnList(value, field, found) ?? [];
  return [{ role: "user", content: requireText(value, field, found) }];
}

/** The prompt before its answer; a conversation that holds the prompt already is whole. */
function after(prompt: Turn[], turns: Turn[] | null): Turn[] | null {
  const question = prompt.at(-1);
  return !turns || !question || turns.some((turn) => isSame(turn, question)) ? turns : [...prompt, ...turns];
}

function isSame(a: Turn | undefined, b: Turn | undefined): boolean {
  return a?.role === b?.role && a?.content === b?.content;
}

/** Two texts that begin alike: as TRL splits them, the space before the answers goes with the answers. */
function splitTexts(better: unknown, worse: unknown, { chosen, rejected }: PreferenceColumns, found: Found): Pair {
  const a = requireText(better, chosen, found);
  const b = requireText(worse, rejected, found);
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  if (splitsPair(a, at) || splitsPair(b, at)) at--; // 😀 and 😁 share their first half, and are no shared text
  if (a[at - 1] === " ") at--;
  const prompt = a.slice(0, at);
  if (found.problems.length === 0 && a !== b && prompt.trim() === "") {
    const message = `there is no prompt: "${chosen}" and "${rejected}" do not begin alike`;
    const remedy = "Give the prompt a column of its own, or begin both texts with it.";
    found.problems.push(problem(chosen, "no_shared_prompt", message, remedy));
  }
  const answer = (content: string): Turn => ({ role: "assistant", content });
  return {
    prompt: [{ role: "user", content: prompt }],
    chosen: answer(a.slice(at)),
    rejected: answer(b.slice(at)),
  };
}

function checkDifferent(pair: Pair, field: string, { problems }: Found): void {
  if (problems.length > 0 || pair.chosen.content.trim() !== pair.rejected.content.trim()) return;
  const message = "chosen and rejected are the same";
  const remedy = "Give two different answers, or leave the row out: there is nothing to prefer.";
  problems.push(problem(field, "same_answers", message, remedy));
}

/** Earlier turns and the question: a list of turns, or text. */
function readQuestion(row: Row, columns: Pick<PairColumns, "prompt" | "input" | "history">, found: Found): Turn[] {
  const value = column(row, columns.prompt);
  if (Array.isArray(value)) return readTurns(value, columns.prompt, found, "user");
  const history = columns.history ? readHistory(column(row, columns.history), columns.history, found) : [];
  return [...history, { role: "user", content: readPrompt(row, columns, found) }];
}

/** Text, one assistant turn, or a list of one. */
function readAnswer(value: unknown, field: string, found: Found): Turn {
  if (Array.isArray(value) && value.length !== 1) {
    found.problems.push(wrongType(field, "text or one assistant turn", value));
    return nothing;
  }
  const single: unknown = Array.isArray(value) ? value[0] : value;
  if (!isExactObject(single)) return { role: "assistant", content: requireText(scalar(single), field, found) };
  const turn = readTurn(single, { field, index: null }, found);
  if (!turn) return nothing;
  if (turn.role !== "assistant") {
    const message = `"${field}" is a ${turn.role} turn; it must be the assistant's answer`;
    found.problems.push(problem(field, "answer_not_assistant", message, "Give the answer the role assistant (gpt)."));
  }
  return turn;
}

/** OpenAI's preference line: `{input: {messages}, preferred_output, non_preferred_output}`. */
export function fromOpenAiPreference(row: Row, found: Found): Converted<PreferenceExample> {
  const input = column(row, "input");
  if (!isExactObject(input)) return failed([wrongType("input", "an object with messages", input)]);
  const flat = { ...row, "input.messages": input.messages };
  const columns = { prompt: "input.messages", chosen: "preferred_output", rejected: "non_preferred_output" };
  return fromPreference(flat, columns, found);
}

/** ms-swift: a chat whose last answer is the better one, and the worse one beside it. */
export function fromRejectedResponse(row: Row, found: Found): Converted<PreferenceExample> {
  const messages = column(row, "messages");
  const list: unknown[] = Array.isArray(messages) ? messages : [];
  const answered = isTurn(list.at(-1)) && list.length > 1;
  if (!answered) return failed([wrongType("messages", "a list of turns that ends with the better answer", messages)]);
  const flat = { ...row, messages: list.slice(0, -1), "messages (last turn)": list.at(-1) };
  const answers = { chosen: "messages (last turn)", rejected: "rejected_response" };
  return fromPreference(flat, { prompt: "messages", system: "system", ...answers }, found);
}

export type UnpairedColumns = PairColumns & { chat?: string | undefined; label: string };

/** One answer with its verdict, true or false (KTO). Never learnt as it stands: half of such answers are bad ones. */
export function fromUnpaired(row: Row, columns: UnpairedColumns, found: Found): Converted<UnpairedExample> {
  const label = column(row, columns.label);
  if (typeof label !== "boolean") return failed([labelProblem(columns.label, label)]);
  const { prompt, completion } = columns.chat
    ? splitChat(row, columns.chat, found)
    : {
        prompt: readQuestion(row, columns, found),
        completion: readAnswer(column(row, columns.completion), columns.completion, found),
      };
  const system = columns.system ? optionalText(column(row, columns.system), columns.system, found) : "";
  return concluded(found, () => ({
    prompt: withSystem(system, prompt, found).map(plain),
    completion: [plain(completion)],
    label,
  }));
}

function splitChat(row: Row, field: string, found: Found): { prompt: Turn[]; completion: Turn } {
  const turns = readTurns(column(row, field), field, found);
  return { prompt: turns.slice(0, -1), completion: turns.at(-1) ?? nothing };
}

function labelProblem(field: string, label: unknown) {
  if (!isFilled(label)) return missing(field);
  const message = `"${field}" is ${describe(label)}: true or false would make this unpaired preference data (KTO), and classes are not trained`;
  const remedy = `Write true for good answers and false for bad ones, or rename "${field}" if it says something else.`;
  return problem(field, "label_not_boolean", message, remedy);
}
