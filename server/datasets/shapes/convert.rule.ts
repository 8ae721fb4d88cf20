import type {
  Example,
  MessagesExample,
  PairExample,
  PreferenceExample,
  TextExample,
  Turn,
} from "#server/datasets/shapes/canonical.rule.ts";
import {
  type Converted,
  column,
  describe,
  failed,
  isRecord,
  missing,
  optionalText,
  problem,
  type RowProblem,
  requireText,
  wrongType,
} from "#server/datasets/shapes/problem.rule.ts";
import { readTurn, readTurns } from "#server/datasets/shapes/turns.rule.ts";

type Row = Record<string, unknown>;

/** `{messages: [{role, content}]}`, or the same under another column. */
export function fromMessages(row: Row, field = "messages"): Converted<MessagesExample> {
  const problems: RowProblem[] = [];
  const value = column(row, field);
  if (value === undefined) return failed([missing(field)]);
  const messages = readTurns(value, field, problems);
  if (problems.length > 0) return failed(problems);
  return { ok: true, example: { messages } };
}

/** ShareGPT: `{conversations: [{from, value}], system?}`. */
export function fromShareGpt(row: Row): Converted<MessagesExample> {
  const converted = fromMessages(row, "conversations");
  if (!converted.ok) return converted;
  const problems: RowProblem[] = [];
  const { messages } = converted.example;
  const system = messages[0]?.role === "system" ? "" : optionalText(column(row, "system"), "system", problems);
  if (problems.length > 0) return failed(problems);
  return { ok: true, example: { messages: withSystem(system, messages) } };
}

/** Unpaired preference: `{messages, label}`; only answers marked good can be learnt by example. */
export function fromUnpaired(row: Row): Converted<MessagesExample> {
  const label = column(row, "label");
  if (typeof label !== "boolean") return failed([wrongType("label", "true or false", label)]);
  if (label) return fromMessages(row);
  const message = "this answer is marked as bad (label false)";
  const remedy = "Set such rows aside to learn only from the good answers; training on both is not here yet.";
  return failed([problem("label", "marked_bad", message, remedy)]);
}

/** Alpaca: `{instruction, input?, output, system?, history?: [[question, answer]]}` as one chat. */
export function fromAlpaca(row: Row): Converted<MessagesExample> {
  const problems: RowProblem[] = [];
  const instruction = requireText(column(row, "instruction"), "instruction", problems);
  const input = optionalText(column(row, "input"), "input", problems);
  const output = requireText(column(row, "output"), "output", problems);
  const system = optionalText(column(row, "system"), "system", problems);
  const history = readHistory(column(row, "history"), problems);
  if (problems.length > 0) return failed(problems);
  const user = input ? `${instruction}\n\n${input}` : instruction;
  return { ok: true, example: { messages: withSystem(system, [...history, ...exchange(user, output)]) } };
}

type PairColumns = { prompt: string; completion: string; system?: string };

/** A prompt and what should follow it, as plain text. */
export function fromPair(row: Row, columns: PairColumns): Converted<PairExample> {
  const problems: RowProblem[] = [];
  const prompt = requireText(scalar(column(row, columns.prompt)), columns.prompt, problems);
  const completion = requireText(scalar(column(row, columns.completion)), columns.completion, problems);
  const system = optionalText(column(row, "system"), "system", problems);
  if (system) {
    const message = "this row has a system text, the first rows have none";
    const remedy = 'Map the columns with "system" too, so that every row becomes a chat.';
    problems.push(problem("system", "system_not_expected", message, remedy));
  }
  if (problems.length > 0) return failed(problems);
  return { ok: true, example: { prompt, completion } };
}

/** The same with a system text: that makes it a chat. */
export function fromPairWithSystem(row: Row, columns: Required<PairColumns>): Converted<MessagesExample> {
  const problems: RowProblem[] = [];
  const prompt = requireText(scalar(column(row, columns.prompt)), columns.prompt, problems);
  const completion = requireText(scalar(column(row, columns.completion)), columns.completion, problems);
  const system = optionalText(scalar(column(row, columns.system)), columns.system, problems);
  if (problems.length > 0) return failed(problems);
  return { ok: true, example: { messages: withSystem(system, exchange(prompt, completion)) } };
}

type PreferenceColumns = { prompt: string; chosen: string; rejected: string };

/** `{prompt, chosen, rejected}`: text, turns (TRL, OpenAI) or one turn (ShareGPT) for each of the three. */
export function fromPreference(row: Row, columns: PreferenceColumns): Converted<PreferenceExample> {
  const problems: RowProblem[] = [];
  const promptValue = column(row, columns.prompt);
  const prompt = Array.isArray(promptValue)
    ? readTurns(promptValue, columns.prompt, problems, { promptOnly: true })
    : [{ role: "user" as const, content: requireText(promptValue, columns.prompt, problems) }];
  const chosen = readAnswer(column(row, columns.chosen), columns.chosen, problems);
  const rejected = readAnswer(column(row, columns.rejected), columns.rejected, problems);
  if (problems.length === 0 && chosen.content.trim() === rejected.content.trim()) {
    const message = "chosen and rejected are the same";
    const remedy = "Give two different answers, or leave the row out: there is nothing to prefer.";
    problems.push(problem(columns.rejected, "same_answers", message, remedy));
  }
  if (problems.length > 0) return failed(problems);
  return { ok: true, example: { prompt, chosen: [chosen], rejected: [rejected] } };
}

/** OpenAI's preference line: `{input: {messages}, preferred_output, non_preferred_output}`. */
export function fromOpenAiPreference(row: Row): Converted<PreferenceExample> {
  const input = column(row, "input");
  if (!isRecord(input)) return failed([wrongType("input", "an object with messages", input)]);
  return fromPreference(
    { ...row, "input.messages": input.messages },
    { prompt: "input.messages", chosen: "preferred_output", rejected: "non_preferred_output" },
  );
}

/** `{text}`: learnt as it stands. */
export function fromText(row: Row, field = "text"): Converted<TextExample> {
  const problems: RowProblem[] = [];
  const text = requireText(column(row, field), field, problems);
  if (problems.length > 0) return failed(problems);
  return { ok: true, example: { text } };
}

/** Numbers and booleans are fine as answers: write them as text. */
function scalar(value: unknown): unknown {
  return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}

function withSystem(system: string, turns: Turn[]): Turn[] {
  return system ? [{ role: "system", content: system }, ...turns] : turns;
}

function exchange(user: string, assistant: string): Turn[] {
  return [
    { role: "user", content: user },
    { role: "assistant", content: assistant },
  ];
}

function readHistory(value: unknown, problems: RowProblem[]): Turn[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    problems.push(wrongType("history", "a list of [question, answer]", value));
    return [];
  }
  return value.flatMap((pair: unknown, i) => {
    if (!Array.isArray(pair) || pair.length !== 2) {
      problems.push(wrongType(`history[${i}]`, "a list of two texts", pair));
      return [];
    }
    const question = requireText(pair[0], `history[${i}][0]`, problems);
    return exchange(question, requireText(pair[1], `history[${i}][1]`, problems));
  });
}

function readAnswer(value: unknown, field: string, problems: RowProblem[]): Turn {
  const nothing: Turn = { role: "assistant", content: "" };
  const single = Array.isArray(value) ? (value.length === 1 ? value[0] : undefined) : value;
  if (Array.isArray(value) && value.length !== 1) {
    problems.push(wrongType(field, "text or one assistant turn", value));
    return nothing;
  }
  if (!isRecord(single)) return { role: "assistant", content: requireText(single, field, problems) };
  const turn = readTurn(single, field, null, problems);
  if (!turn) return nothing;
  if (turn.role !== "assistant") {
    const message = `"${field}" is a ${turn.role} turn; it must be the assistant's answer`;
    problems.push(problem(field, "answer_not_assistant", message, "Give the answer the role assistant (gpt)."));
  }
  return turn;
}

/** Not an object at all: a number, text, list or null where a row should be. */
export function notAnObject(value: unknown): RowProblem {
  const message = `the row is ${describe(value)}; it must be an object such as {"messages": […]}`;
  return problem(null, "not_an_object", message, "Write each row as one JSON object with named fields.");
}

/** A row in some layout as a canonical example, or what is wrong with it. */
export type Convert = (row: Row) => Converted<Example>;
