import type { DatasetShape } from "#db/enums.ts";
import type { Example } from "#server/datasets/shapes/canonical.rule.ts";
import {
  alpacaColumns,
  fromAlpaca,
  fromChat,
  fromPair,
  fromText,
  type PairColumns,
} from "#server/datasets/shapes/chat.rule.ts";
import { asNamed } from "#server/datasets/shapes/named.rule.ts";
import {
  fromOpenAiPreference,
  fromPreference,
  fromRejectedResponse,
  fromUnpaired,
  type PreferenceColumns,
} from "#server/datasets/shapes/preference.rule.ts";
import { type Converted, column, type Found, isFilled } from "#server/datasets/shapes/problem.rule.ts";
import { isTurn } from "#server/datasets/shapes/turn.rule.ts";
import { isExactNumber, isExactObject } from "#server/text/exact-json.rule.ts";

export type Row = Record<string, unknown>;

/** A row in some layout as a canonical example, or what is wrong with it. */
export type Convert = (row: Row, found: Found) => Converted<Example>;

/** Every layout of a source file that we know; what each is called stands beside the pages that show it. */
export type LayoutName =
  | "messages"
  | "sharegpt"
  | "alpaca"
  | "prompt_completion"
  | "prompt_response"
  | "preference"
  | "sharegpt_preference"
  | "openai_preference"
  | "rejected_response"
  | "unpaired"
  | "query_response"
  | "input_output"
  | "tokenized"
  | "segments"
  | "stepwise"
  | "ranked_answers"
  | "prompt_only"
  | "turn"
  | "text"
  | "mapped";

/** How rows of one layout are recognised, what they become, and which columns that takes. */
export type Layout = {
  source: LayoutName;
  shape: DatasetShape;
  /** one of these columns at least must not be null; by them alone most layouts are ruled out */
  tells: readonly string[];
  /** by columns alone; the first layout that fits wins */
  fits: (row: Row) => boolean;
  convert: Convert;
  columns: readonly string[] | ((row: Row) => readonly string[]);
};

/** Exports write null for what a row does not have. */
export const isThere = (row: Row, name: string) => (column(row, name) ?? null) !== null;
const has = (row: Row, ...names: string[]) => names.every((name) => isThere(row, name));

/** A class, a verdict or a list of them; text is a remark of whoever collected the rows. */
function isLabel(value: unknown): boolean {
  return (
    ["boolean", "number"].includes(typeof value) || isExactNumber(value) || (Array.isArray(value) && isFilled(value))
  );
}

const labelOf = (row: Row) => (has(row, "kto_tag") ? "kto_tag" : "label");
const isLabelled = (row: Row) => isLabel(column(row, labelOf(row)));

/** The columns in which a preference's question stands: TRL's and OpenAI's, then LLaMA-Factory's and axolotl's. */
const questionColumns = ["prompt", "instruction", "question", "query", "input", "conversations", "messages"];

/** Where a row holds its two answers, and its question if that has a column; null when it holds no such pair. */
function preferenceColumns(row: Row): PreferenceColumns | null {
  const answers = [
    ["chosen", "rejected"],
    ["chosen_response", "rejected_response"],
    ["chosen_conversations", "rejected_conversations"],
    ["messages", "rejected_messages"],
  ].find(([chosen = "", rejected = ""]) => has(row, chosen, rejected));
  const [chosen, rejected] = answers ?? [];
  if (!chosen || !rejected) return null;
  const prompt = questionColumns.find((name) => name !== chosen && has(row, name));
  const input = prompt === "instruction" ? "input" : undefined;
  return { prompt, input, system: "system", history: prompt ? "history" : undefined, chosen, rejected };
}

/** Beside a prompt: could this be the answer, under a name that we do not know? */
function isAnswerColumn([name, value]: [string, unknown]): boolean {
  return name !== "prompt" && typeof value === "string" && isFilled(value);
}

const used = (columns: Record<string, unknown> | null) =>
  Object.values(columns ?? {}).filter((name) => typeof name === "string");

function preferenceLayout(source: LayoutName, fits: (columns: PreferenceColumns) => boolean): Layout {
  return {
    source,
    shape: "preference",
    tells: ["rejected", "rejected_response", "rejected_conversations", "rejected_messages"],
    fits: (row) => {
      const columns = preferenceColumns(row);
      return columns !== null && fits(columns);
    },
    convert: (row, found) =>
      fromPreference(row, preferenceColumns(row) ?? { chosen: "chosen", rejected: "rejected" }, found),
    columns: (row) => used(preferenceColumns(row)),
  };
}

function pairLayout(source: LayoutName, prompt: string, completion: string): Layout {
  const columns: PairColumns = { prompt, completion };
  return {
    source,
    shape: "prompt_completion",
    columns: [prompt, completion, "system", "history"],
    tells: [completion],
    fits: (row) => has(row, prompt, completion),
    convert: (row, found) => fromPair(row, columns, found),
  };
}

function unpairedLayout(fits: (row: Row) => boolean, columnsOf: (row: Row) => PairColumns & { chat?: string }): Layout {
  const columns = (row: Row) => ({ ...columnsOf(row), system: "system", history: "history", label: labelOf(row) });
  return {
    source: "unpaired",
    shape: "unpaired_preference",
    tells: ["label", "kto_tag"],
    fits: (row) => isLabelled(row) && fits(row),
    convert: (row, found) => fromUnpaired(row, columns(row), found),
    columns: (row) => used(columns(row)),
  };
}

/** TRL's and OpenAI's; our own; ms-swift's; torchtune's. */
const pairs = [
  ["prompt_completion", "prompt", "completion"],
  ["prompt_response", "prompt", "response"],
  ["query_response", "query", "response"],
  ["input_output", "input", "output"],
] as const;

const chatLayout = (source: LayoutName, field: string): Layout => ({
  source,
  shape: "messages",
  columns: [field, "system", "system_prompt"],
  tells: [field],
  fits: (row) => isThere(row, field),
  convert: (row, found) => fromChat(row, field, found, isThere(row, "system") ? "system" : "system_prompt"),
});

const alpaca = (row: Row) => ({ prompt: "instruction", completion: alpacaColumns(row).output });

/** The most telling layout stands first. */
export const layouts: readonly Layout[] = [
  namedLayout("tokenized", ["input_ids"], (row) => has(row, "input_ids")),
  namedLayout("segments", ["segments"], (row) => Array.isArray(column(row, "segments"))),
  namedLayout("stepwise", ["completions"], (row) => has(row, "prompt", "completions", "labels")),
  {
    source: "openai_preference",
    shape: "preference",
    convert: fromOpenAiPreference,
    tells: ["preferred_output"],
    fits: (row) => has(row, "preferred_output", "non_preferred_output") && isExactObject(column(row, "input")),
    columns: ["input", "preferred_output", "non_preferred_output"],
  },
  preferenceLayout("sharegpt_preference", (columns) => columns.prompt === "conversations"),
  preferenceLayout("preference", () => true),
  {
    source: "rejected_response",
    shape: "preference",
    convert: fromRejectedResponse,
    tells: ["rejected_response"],
    fits: (row) => has(row, "messages", "rejected_response"),
    columns: ["messages", "rejected_response", "system"],
  },
  namedLayout("ranked_answers", ["answers"], (row) => {
    const answers = column(row, "answers");
    return has(row, "prompt") && Array.isArray(answers) && answers.some((one) => isExactObject(one) && "rank" in one);
  }),
  ...["messages", "conversations"].map((chat) =>
    unpairedLayout(
      (row) => has(row, chat),
      () => ({ chat, prompt: chat, completion: chat }),
    ),
  ),
  unpairedLayout(
    (row) => has(row, "instruction", alpacaColumns(row).output),
    (row) => ({
      ...alpaca(row),
      input: alpacaColumns(row).input,
    }),
  ),
  ...pairs.map(([, prompt, completion]) =>
    unpairedLayout(
      (row) => has(row, prompt, completion),
      () => ({ prompt, completion }),
    ),
  ),
  chatLayout("messages", "messages"),
  chatLayout("sharegpt", "conversations"),
  chatLayout("sharegpt", "conversation"),
  {
    source: "alpaca",
    shape: "messages",
    convert: fromAlpaca,
    tells: ["instruction"],
    fits: (row) => has(row, "instruction") && has(row, alpacaColumns(row).output),
    columns: (row) => ["instruction", "system", "history", ...Object.values(alpacaColumns(row))],
  },
  ...pairs.map(([source, prompt, completion]) => pairLayout(source, prompt, completion)),
  {
    source: "text",
    shape: "text",
    convert: (row: Row, found: Found) => fromText(row, "text", found),
    columns: ["text"],
    tells: ["text"],
    fits: (row) => has(row, "text"),
  },
  namedLayout("prompt_only", ["prompt"], (row) => has(row, "prompt") && !Object.entries(row).some(isAnswerColumn)),
  namedLayout("turn", ["role", "from"], isTurn),
];

function namedLayout(source: Parameters<typeof asNamed>[0], tells: string[], fits: Layout["fits"]): Layout {
  return { source, shape: "messages", tells, fits, convert: asNamed(source), columns: [] };
}
