import type { DatasetShape } from "#db/enums.ts";
import { mappingTargets } from "#server/datasets/input.ts";
import {
  type Convert,
  fromAlpaca,
  fromMessages,
  fromOpenAiPreference,
  fromPair,
  fromPairWithSystem,
  fromPreference,
  fromShareGpt,
  fromText,
  fromUnpaired,
} from "#server/datasets/shapes/convert.rule.ts";
import { column, isRecord } from "#server/datasets/shapes/problem.rule.ts";
import { storable } from "#server/storable.rule.ts";

type Row = Record<string, unknown>;

/** Layouts we read without being told; `mapped` is what a person described. */
export const sourceShapes = [
  "sharegpt_preference",
  "openai_preference",
  "preference",
  "unpaired",
  "messages",
  "sharegpt",
  "prompt_completion",
  "prompt_response",
  "alpaca",
  "text",
] as const;
export type SourceShape = (typeof sourceShapes)[number];

/** How to read a file: what its rows look like, what they become, and which columns are used. */
export type Reading = {
  source: SourceShape | "mapped";
  shape: DatasetShape;
  convert: Convert;
  columns: readonly string[];
};

/** How a row looks, by its columns alone; null when it is none of ours. The most telling layout wins. */
export function shapeOfRow(row: Row): SourceShape | null {
  const has = (name: string) => Object.hasOwn(row, name);
  if (has("chosen") && has("rejected")) {
    if (has("conversations")) return "sharegpt_preference";
    if (has("prompt")) return "preference";
  }
  if (has("preferred_output") && has("non_preferred_output") && has("input")) return "openai_preference";
  if (has("messages")) return typeof row.label === "boolean" ? "unpaired" : "messages";
  if (has("conversations")) return "sharegpt";
  if (has("prompt") && has("completion")) return "prompt_completion";
  if (has("prompt") && has("response")) return "prompt_response";
  if (has("instruction") && has("output")) return "alpaca";
  return has("text") ? "text" : null;
}

/**
 * The layout that most of the sampled rows have, if it is at least half of them; else null.
 * One row in another layout is that row's problem, not the file's.
 */
export function detectShape(rows: readonly unknown[]): Reading | null {
  const votes = new Map<SourceShape, number>();
  const records = rows.filter(isRecord);
  for (const row of records) {
    const shape = shapeOfRow(row);
    if (shape) votes.set(shape, (votes.get(shape) ?? 0) + 1);
  }
  const [winner] = [...votes].sort((a, b) => b[1] - a[1]);
  if (!winner || winner[1] * 2 < records.length) return null;
  const usesSystem = records.some((row) => typeof row.system === "string" && row.system.trim() !== "");
  return readingOf(winner[0], usesSystem);
}

/** How a detected layout is read. Pairs with a system text become chats. */
export function readingOf(source: SourceShape, usesSystem: boolean): Reading {
  if (source === "prompt_completion" || source === "prompt_response") {
    const completion = source === "prompt_response" ? "response" : "completion";
    return pairReading(source, { prompt: "prompt", completion, system: usesSystem ? "system" : undefined });
  }
  return fixed[source];
}

const preferenceColumns = ["prompt", "chosen", "rejected"];

const fixed: Record<Exclude<SourceShape, "prompt_completion" | "prompt_response">, Reading> = {
  sharegpt_preference: {
    source: "sharegpt_preference",
    shape: "preference",
    convert: (row) => fromPreference(row, { prompt: "conversations", chosen: "chosen", rejected: "rejected" }),
    columns: ["conversations", "chosen", "rejected"],
  },
  openai_preference: {
    source: "openai_preference",
    shape: "preference",
    convert: fromOpenAiPreference,
    columns: ["input", "preferred_output", "non_preferred_output"],
  },
  preference: {
    source: "preference",
    shape: "preference",
    convert: (row) => fromPreference(row, { prompt: "prompt", chosen: "chosen", rejected: "rejected" }),
    columns: preferenceColumns,
  },
  unpaired: { source: "unpaired", shape: "messages", convert: fromUnpaired, columns: ["messages", "label"] },
  messages: { source: "messages", shape: "messages", convert: (row) => fromMessages(row), columns: ["messages"] },
  sharegpt: { source: "sharegpt", shape: "messages", convert: fromShareGpt, columns: ["conversations", "system"] },
  alpaca: {
    source: "alpaca",
    shape: "messages",
    convert: fromAlpaca,
    columns: ["instruction", "input", "output", "system", "history"],
  },
  text: { source: "text", shape: "text", convert: (row) => fromText(row), columns: ["text"] },
};

function pairReading(
  source: Reading["source"],
  columns: { prompt: string; completion: string; system?: string },
): Reading {
  const { prompt, completion, system } = columns;
  if (!system) {
    const convert: Convert = (row) => fromPair(row, { prompt, completion });
    return { source, shape: "prompt_completion", convert, columns: [prompt, completion] };
  }
  const convert: Convert = (row) => fromPairWithSystem(row, { prompt, completion, system });
  return { source, shape: "messages", convert, columns: [prompt, completion, system] };
}

/** Target field → source column. */
export type Mapping = Readonly<Partial<Record<string, string>>>;

/** How a mapped file is read, or one sentence that says what the mapping lacks. */
export function mappedReading(mapping: Mapping): Reading | { lacks: string } {
  const known: readonly string[] = mappingTargets;
  const unknown = Object.keys(mapping).find((target) => !known.includes(target));
  if (unknown) return { lacks: `"${unknown}" is not a target; choose from ${mappingTargets.join(", ")}` };
  const { messages, prompt, completion, system, chosen, rejected, text } = mapping;
  if (messages) return mapped("messages", (row) => fromMessages(row, messages), [messages]);
  if (prompt && chosen && rejected) {
    const convert: Convert = (row) => fromPreference(row, { prompt, chosen, rejected });
    return mapped("preference", convert, [prompt, chosen, rejected]);
  }
  if (prompt && completion) return pairReading("mapped", { prompt, completion, system });
  if (text) return mapped("text", (row) => fromText(row, text), [text]);
  return { lacks: "map prompt and completion, or prompt, chosen and rejected, or messages, or text" };
}

function mapped(shape: DatasetShape, convert: Convert, columns: string[]): Reading {
  return { source: "mapped", shape, convert, columns };
}

/** A column of an unknown file, for the mapping step. */
export type SeenColumn = { name: string; kinds: string[]; share: number };

const maxSeenColumns = 50;

/** The columns of the sampled rows: in how many they occur (0…1) and which kinds of value they hold. */
export function seenColumns(rows: readonly unknown[]): SeenColumn[] {
  const records = rows.filter(isRecord);
  const seen = new Map<string, { count: number; kinds: Set<string> }>();
  for (const row of records) {
    for (const name of Object.keys(row)) {
      const entry = seen.get(name) ?? { count: 0, kinds: new Set() };
      entry.count++;
      entry.kinds.add(kindOf(column(row, name)));
      seen.set(name, entry);
      if (seen.size > maxSeenColumns) break;
    }
  }
  return [...seen].slice(0, maxSeenColumns).map(([name, { count, kinds }]) => ({
    name: storable(name.slice(0, 200)),
    kinds: [...kinds],
    share: count / records.length,
  }));
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "list" : typeof value === "object" ? "object" : typeof value;
}
