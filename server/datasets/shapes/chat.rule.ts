import type { MessagesExample, PairExample, TextExample, Turn } from "#server/datasets/shapes/canonical.rule.ts";
import {
  type Converted,
  column,
  concluded,
  type Found,
  failed,
  isFilled,
  missing,
  optionalText,
  problem,
  requireText,
  scalar,
} from "#server/datasets/shapes/problem.rule.ts";
import {
  checkLearnt,
  checkOrder,
  readHistory,
  readTurnList,
  readTurns,
  withSystem,
} from "#server/datasets/shapes/turns.rule.ts";

type Row = Record<string, unknown>;

/** A chat under `field`, with the columns that LLaMA-Factory and ms-swift write beside it. */
export function fromChat(row: Row, field: string, found: Found, systemColumn = "system"): Converted<MessagesExample> {
  const value = column(row, field);
  if (value === undefined || value === null) return failed([missing(field)]);
  const turns = readTurns(value, field, found);
  const system = optionalText(column(row, systemColumn), systemColumn, found);
  checkLearnt(turns, field, found);
  return concluded(found, () => ({ messages: withSystem(system, turns, found) }));
}

/** Which column is the answer of an Alpaca row, and which its input. */
export function alpacaColumns(row: Row): { input: string; output: string } {
  const first = (...names: string[]) => names.find((name) => isFilled(column(row, name)));
  return { input: first("input", "context") ?? "input", output: first("output", "response") ?? "output" };
}

/** Alpaca: `{instruction, input?, output, system?, history?: [[question, answer]]}` as one chat. */
export function fromAlpaca(row: Row, found: Found): Converted<MessagesExample> {
  const { input, output } = alpacaColumns(row);
  const columns = { prompt: "instruction", input, completion: output, system: "system", history: "history" };
  return fromPairAsChat(row, columns, found);
}

export type PairColumns = {
  prompt: string;
  completion: string;
  input?: string | undefined;
  system?: string | undefined;
  history?: string | undefined;
};

/** A prompt and what should follow it, as plain text. */
export function fromPair(row: Row, columns: PairColumns, found: Found): Converted<PairExample> {
  const prompt = readPrompt(row, columns, found);
  const completion = requireText(scalar(column(row, columns.completion)), columns.completion, found);
  for (const name of ["system", "history"]) {
    if (!isFilled(column(row, name))) continue;
    const message = `this row has a column "${name}", the first rows have none`;
    const remedy = `Map "${name}" too, or put such rows into a file of their own: then every row becomes a chat.`;
    found.problems.push(problem(name, `${name}_not_expected`, message, remedy));
  }
  return concluded(found, () => ({ prompt, completion }));
}

/**
 * The same as a chat: with a system text, earlier turns, or prompt and completion written as turns (TRL), of which only
 * the completion is learnt.
 */
export function fromPairAsChat(row: Row, columns: PairColumns, found: Found): Converted<MessagesExample> {
  const system = columns.system ? optionalText(scalar(column(row, columns.system)), columns.system, found) : "";
  const history = columns.history ? readHistory(column(row, columns.history), columns.history, found) : [];
  const asked = column(row, columns.prompt);
  const answered = column(row, columns.completion);
  const prompt = Array.isArray(asked)
    ? (readTurnList(asked, columns.prompt, found) ?? []).map(asContext)
    : [{ role: "user" as const, content: readPrompt(row, columns, found) }];
  const completion = Array.isArray(answered)
    ? (readTurnList(answered, columns.completion, found) ?? [])
    : [{ role: "assistant" as const, content: requireText(scalar(answered), columns.completion, found) }];
  const turns = [...history, ...prompt, ...completion];
  if (found.problems.length === 0) checkOrder(turns, columns.prompt, found, "assistant");
  if (found.problems.length === 0) checkLearnt(turns, columns.completion, found);
  return concluded(found, () => ({ messages: withSystem(system, turns, found) }));
}

function asContext(turn: Turn): Turn {
  return turn.role === "assistant" ? { ...turn, weight: 0 } : turn;
}

/** The question, and below it what it is about. */
export function readPrompt(row: Row, columns: Pick<PairColumns, "prompt" | "input">, found: Found): string {
  const prompt = requireText(scalar(column(row, columns.prompt)), columns.prompt, found);
  const input = columns.input ? optionalText(scalar(column(row, columns.input)), columns.input, found) : "";
  return input ? `${prompt}\n\n${input}` : prompt;
}

/** `{text}`: learnt as it stands. */
export function fromText(row: Row, field: string, found: Found): Converted<TextExample> {
  const text = requireText(column(row, field), field, found);
  return concluded(found, () => ({ text }));
}
