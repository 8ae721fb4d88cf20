import { findJsonError } from "#server/datasets/rows/json-error.rule.ts";
import type { Place } from "#server/datasets/rows/limits.rule.ts";
import { convertTo } from "#server/datasets/rows/remedy.rule.ts";
import { problem, type RowProblem } from "#server/datasets/shapes/problem.rule.ts";
import { cutText } from "#server/text/cut-text.rule.ts";
import { deepestJson } from "#server/text/json-depth.rule.ts";

export type FileFormat = "jsonl" | "json_array";

/** What could be read of a row that is not JSON: text, or base64 when it is not even that. */
export type Unparsed = { raw: string } | { rawBase64: string };

/** A row's own JSON as it stands in the file, in UTF-8 and as text; null where it was put together from pieces. */
export type Written = { bytes: Buffer; text: string } | null;

/** A parsed row, or the reason why it could not be parsed. */
export type Row =
  | (Place & { value: unknown; problem: null; unparsed: null; written: Written })
  | (Place & { value: null; problem: RowProblem; unparsed: Unparsed; written: null });

/** Bytes as MiB with one decimal. */
export const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

export function rowTooLong(bytes: number | null, limit: number): RowProblem {
  const size = bytes === null ? `more than ${mib(limit)}` : mib(bytes);
  const message = `the row is ${size} long; at most ${mib(limit)} are read`;
  return problem(null, "row_too_long", message, "Split the row, or check that every row ends with a line break.");
}

export function invalidUtf8(byte: number, filename: string | null): RowProblem {
  const message = `byte ${byte + 1} of the line is not valid UTF-8`;
  const remedy = `Save the file as UTF-8, for example: ${convertTo("utf8", "iconv -f WINDOWS-1252 -t UTF-8", filename)}.`;
  return problem(null, "invalid_utf8", message, remedy);
}

export function tooDeep(): RowProblem {
  const message = `the row is nested deeper than ${deepestJson} levels`;
  return problem(null, "too_deep", message, "Leave the nested part out: examples are flat.");
}

export function repeatedKey(key: string): RowProblem {
  const shown = JSON.stringify(cutText(key, 80));
  const message = `the key ${shown} stands twice in one object, and only one of its values could be meant`;
  return problem(null, "repeated_key", message, "Keep the value that is meant and remove the other.");
}

function rawNul(at: number, filename: string | null): RowProblem {
  const message = `the line holds a NUL byte at column ${at + 1}`;
  const remedy = `Remove it, for example: ${convertTo("clean", "tr -d '\\000' <", filename)}.`;
  return problem(null, "raw_nul", message, remedy);
}

export function truncatedLine(): RowProblem {
  const message = "the last line ends in the middle of its JSON: the file was cut off";
  return problem(null, "truncated", message, "Copy or export the file again, or set this one row aside.");
}

/** A line that JSON.parse refuses: where it breaks, counted from 1 in characters, and what to do. */
export function invalidJson(text: string, filename: string | null = null): RowProblem {
  const nul = text.indexOf("\u0000");
  if (nul !== -1) return rawNul(nul, filename);
  const at = findJsonError(text);
  const place = at === null ? "" : ` at column ${at + 1}`;
  const found = at === null ? "" : `: ${whatIsAt(text, at)}`;
  return problem(null, "invalid_json", `the line is not valid JSON${place}${found}`, remedyFor(text));
}

function whatIsAt(text: string, at: number): string {
  if (at >= text.length) return "it ends too early";
  const character = text.charAt(at);
  if (character === '"') return "the text that begins here is not closed, or holds a raw control character";
  return `${JSON.stringify(character)} does not belong here`;
}

function remedyFor(text: string): string {
  if (/^\s*\{\s*'/.test(text)) return "Use double quotes: this looks like a Python dict, write it with json.dumps.";
  if (/\b(NaN|-?Infinity)\b/.test(text)) return "NaN and Infinity are not JSON: write null or leave the field out.";
  if (/,\s*[}\]]/.test(text)) return "Remove the comma before the closing bracket.";
  return "Fix the line, or write it again with a JSON library.";
}
