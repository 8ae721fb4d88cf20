import type { DatasetShape } from "#db/enums.ts";
import { fromPairAsChat, type PairColumns } from "#server/datasets/shapes/chat.rule.ts";
import {
  type Convert,
  isThere,
  type Layout,
  type LayoutName,
  layouts,
  type Row,
} from "#server/datasets/shapes/layouts.rule.ts";
import { namedShapes } from "#server/datasets/shapes/named.rule.ts";
import { column, failed, isFilled, problem, type RowNote } from "#server/datasets/shapes/problem.rule.ts";
import { isListOfTurns } from "#server/datasets/shapes/turn.rule.ts";
import { cutText } from "#server/text/cut-text.rule.ts";
import { isExactNumber, isExactObject } from "#server/text/exact-json.rule.ts";
import { storable } from "#server/text/stored-text.rule.ts";

/** How to read a file: what its rows look like, what they become, and what is wrong or left out in each. */
export type Reading = { source: LayoutName; shape: DatasetShape; convert: Convert };

/** How a row looks, by its columns alone; undefined when it is none of ours. The most telling layout wins. */
function layoutOf(row: Row): Layout | undefined {
  return layouts.find((layout) => fits(layout, row));
}

function fits(layout: Layout, row: Row): boolean {
  return layout.tells.some((name) => isThere(row, name)) && layout.fits(row);
}

/** A row as an object of columns: a line that is a list of turns is a chat without its object. Null for anything else. */
export function asRow(value: unknown): Row | null {
  if (isExactObject(value)) return value;
  return isListOfTurns(value) ? { messages: value } : null;
}

/**
 * The layout that most of the sampled rows have, if it is at least half of them; else null.
 * One row in another layout is that row's problem, not the file's.
 */
export function detectShape(values: readonly unknown[]): Reading | null {
  const votes = new Map<string, { layout: Layout; count: number }>();
  const rows = values.map(asRow).filter((row) => row !== null);
  for (const row of rows) {
    const layout = layoutOf(row);
    if (!layout) continue;
    const vote = votes.get(layout.source) ?? { layout, count: 0 };
    vote.count++;
    votes.set(layout.source, vote);
  }
  const [winner] = [...votes.values()].sort((a, b) => b.count - a.count);
  if (!winner || winner.count * 2 < rows.length) return null;
  return readingOf(winner.layout, rows);
}

/** How a detected layout is read. Pairs with a system text, with earlier turns or written as turns become chats. */
function readingOf(layout: Layout, rows: readonly Row[]): Reading {
  const { source, shape, columns } = layout;
  if (shape === "prompt_completion" && Array.isArray(columns)) {
    const [prompt = "", completion = ""] = columns;
    const isChat = rows.some(
      (row) =>
        [prompt, completion].some((name) => Array.isArray(column(row, name))) ||
        ["system", "history"].some((name) => isFilled(column(row, name))),
    );
    if (isChat) {
      const pair: PairColumns = { prompt, completion, system: "system", history: "history" };
      return { source, shape: "messages", convert: checked((row, found) => fromPairAsChat(row, pair, found), columns) };
    }
  }
  const named: readonly string[] = namedShapes;
  if (named.includes(source)) return { source, shape, convert: layout.convert };
  return { source, shape, convert: checked(sameLayout(layout), columns) };
}

/** A row in another layout says so once: read as this one it could lose what its own columns mean. */
function sameLayout(layout: Layout): Convert {
  const { source, convert } = layout;
  const moreTelling = new Set(layouts.slice(0, layouts.indexOf(layout)).flatMap(({ tells }) => tells));
  return (row, found) => {
    // nearly every row: no column of a more telling layout is there, so only this one need be asked
    if (!hasAny(row, moreTelling) && fits(layout, row)) return convert(row, found);
    const other = layoutOf(row);
    // layouts of one name differ in their columns only
    if (other?.source === source) return other.convert(row, found);
    // what is left of a row without its answer is told by what it lacks
    if (!other || other.source === "prompt_only" || other.source === "turn") return convert(row, found);
    const message = `this row looks like ${other.source}, the file is ${source}`;
    return failed([problem(null, "other_shape", message, "Put rows of another shape into a file of their own.")]);
  };
}

function hasAny(row: Row, names: ReadonlySet<string>): boolean {
  for (const name in row) if (names.has(name)) return true;
  return false;
}

/** Columns of pictures, sound and places in them, as LLaMA-Factory, ms-swift, axolotl and torchtune name them. */
const mediaColumns = ["images", "image", "videos", "video", "audios", "audio", "objects"];
const anyMedia: ReadonlySet<string> = new Set(mediaColumns);

/** The same with what every layout shares: media are refused, and columns that nothing uses are noted. */
export function checked(convert: Convert, columns: Layout["columns"]): Convert {
  return (row, found) => {
    const media = hasAny(row, anyMedia) ? mediaColumns.find((name) => isFilled(column(row, name))) : undefined;
    if (media) {
      const message = `"${media}" holds more than text; only text is trained`;
      const remedy = `Leave these rows out; if the text can stand alone, remove the column "${media}" and its placeholders.`;
      return failed([problem(media, "media", message, remedy)]);
    }
    const converted = convert(row, found);
    if (!converted.ok) return converted;
    const used = typeof columns === "function" ? columns(row) : columns;
    let notes: RowNote[] | null = null;
    for (const name in row) {
      if (used.includes(name) || !isFilled(column(row, name))) continue;
      notes ??= [...converted.notes];
      notes.push({ code: "ignored_column", name });
    }
    return notes ? { ...converted, notes } : converted;
  };
}

/** A column of an unknown file, for the mapping step. */
export type SeenColumn = { name: string; kinds: string[]; share: number };

const maxSeenColumns = 50;

/** The columns of the sampled rows: in how many they occur (0…1) and which kinds of value they hold. */
export function seenColumns(rows: readonly unknown[]): SeenColumn[] {
  const records = rows.filter(isExactObject);
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
    name: storable(cutText(name, 200)),
    kinds: [...kinds],
    share: count / records.length,
  }));
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (isExactNumber(value)) return "number";
  return Array.isArray(value) ? "list" : typeof value === "object" ? "object" : typeof value;
}
