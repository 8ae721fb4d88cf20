import type { DatasetNoteCode } from "#db/enums.ts";
import { isExactNumber } from "#server/text/exact-json.rule.ts";

/** One thing wrong with one row: which field, what, and how to fix it. */
export type RowProblem = { field: string | null; code: string; message: string; remedy: string };

/** What was done with a row that people should know, though it can be used: `name` is the column or key. */
export type RowNote = { code: DatasetNoteCode; name: string | null };

/**
 * What reading one row has found so far. `escapes`: its JSON holds `\u`, which alone can write NUL or half a surrogate
 * pair; without it no text has to be searched for them.
 */
export type Found = { problems: RowProblem[]; notes: RowNote[]; escapes: boolean };

/** Why a whole file cannot be used. */
export type FileRefusal = { code: string; message: string; remedy: string };

/** A row turned into what we train on, or everything that stands in the way. */
export type Converted<T> =
  | { ok: true; example: T; notes: readonly RowNote[] }
  | { ok: false; problems: readonly RowProblem[] };

/** Enough to fix a row by; a row with a thousand broken turns is still one broken row. */
const maxProblemsPerRow = 8;

export function nothingFound(escapes: boolean): Found {
  return { problems: [], notes: [], escapes };
}

export function problem(field: string | null, code: string, message: string, remedy: string): RowProblem {
  return { field, code, message, remedy };
}

export function failed(problems: readonly RowProblem[]): { ok: false; problems: readonly RowProblem[] } {
  return { ok: false, problems: problems.slice(0, maxProblemsPerRow) };
}

/** The example when nothing is wrong with its row. `make` is only called then. */
export function concluded<T>(found: Found, make: () => T): Converted<T> {
  return found.problems.length > 0 ? failed(found.problems) : { ok: true, example: make(), notes: found.notes };
}

/** Add a note once a row. */
export function note(found: Found, code: DatasetNoteCode, name: string | null = null): void {
  if (!found.notes.some((known) => known.code === code && known.name === name)) found.notes.push({ code, name });
}

export function missing(field: string): RowProblem {
  return problem(field, "missing_field", `"${field}" is missing`, `Add "${field}" to this row, or map another column.`);
}

export function wrongType(field: string, expected: string, got: unknown): RowProblem {
  const message = `"${field}" is ${describe(got)}; it must be ${expected}`;
  return problem(field, "wrong_type", message, `Change "${field}" to ${expected}.`);
}

export function emptyField(field: string): RowProblem {
  return problem(field, "empty_field", `"${field}" is empty`, `Fill "${field}" in, or leave the row out.`);
}

/** Text that tokenizers can read and the database can keep; if it is not, `unsoundText` says why. */
export function isSound(text: string, { escapes }: Found): boolean {
  return !escapes || (text.isWellFormed() && !text.includes("\u0000"));
}

export function unsoundText(field: string, text: string): RowProblem {
  if (text.isWellFormed()) {
    const message = `"${field}" holds the character NUL (U+0000), which the database cannot keep`;
    return problem(field, "nul_character", message, "Remove the \\u0000 escape from the text.");
  }
  const message = `"${field}" holds half of a Unicode surrogate pair, which no tokenizer can read`;
  return problem(field, "broken_unicode", message, "Remove the lone \\uD800…\\uDFFF escape from the text.");
}

/** A value's kind in plain words, for messages. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "number" || isExactNumber(value)) return `the number ${value}`;
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  if (typeof value === "boolean") return `${value}`;
  return typeof value === "undefined" ? "absent" : "text";
}

/** A column of a parsed row; names from Object's prototype are not columns. */
export function column(row: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(row, name) ? row[name] : undefined;
}

/** Is there anything in it? Exports write null, "" and [] for what a row does not have. */
export function isFilled(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return false;
  return !Array.isArray(value) || value.length > 0;
}

/** Non-blank, sound text, or a problem added to what was found and "" returned. */
export function requireText(value: unknown, field: string, found: Found): string {
  const { problems } = found;
  if (value === undefined || value === null) problems.push(missing(field));
  else if (typeof value !== "string") problems.push(wrongType(field, "text", value));
  else if (value.trim() === "") problems.push(emptyField(field));
  else if (!isSound(value, found)) problems.push(unsoundText(field, value));
  else return value;
  return "";
}

/** Text that may be absent, null or blank; then "". */
export function optionalText(value: unknown, field: string, found: Found): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string" && value.trim() === "") return "";
  return requireText(value, field, found);
}

/** Numbers and booleans are fine as text: written exactly as they stand in the file. */
export function scalar(value: unknown): unknown {
  return typeof value === "number" || typeof value === "boolean" || isExactNumber(value) ? String(value) : value;
}
