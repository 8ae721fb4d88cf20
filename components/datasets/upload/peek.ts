import { headBytes, linesBeforeGivingUp } from "#server/datasets/rows/limits.rule.ts";
import { recogniseBinary, recogniseLineEnds, recogniseText } from "#server/datasets/rows/magic.rule.ts";
import { invalidJson } from "#server/datasets/rows/row.rule.ts";
import { asRow, detectShape, type Reading, type SeenColumn, seenColumns } from "#server/datasets/shapes/detect.rule.ts";
import type { FileRefusal } from "#server/datasets/shapes/problem.rule.ts";
import { isListOfTurns } from "#server/datasets/shapes/turn.rule.ts";
import { parseExactJson } from "#server/text/exact-json.rule.ts";

/**
 * What the first rows of a chosen file look like, before a byte is sent. The import decides; `refusal` is what it would
 * surely say, `warning` what it may say.
 */
export type Peek = {
  rows: unknown[];
  reading: Reading | null;
  columns: SeenColumn[];
  refusal: Omit<FileRefusal, "code"> | null;
  warning: string | null;
};

const peekBytes = 256 * 1024;
const peekRows = 20;
const maxTries = 50;

const nothing: Peek = { rows: [], reading: null, columns: [], refusal: null, warning: null };
const empty = { message: "the file is empty (0 bytes)", remedy: "Check the export and choose it again." };
const noRows = { message: "the file holds no rows, only white space", remedy: "Check the export and choose it again." };
const notUtf8 = {
  message: "the lines are not text in UTF-8",
  remedy: "Save the file as UTF-8, for example: iconv -f WINDOWS-1252 -t UTF-8 IN > OUT.",
};
const unread = "Nothing of its beginning could be read: the import will say what it is.";

/** Read the first 256 kB of a file in the browser. */
export async function peekInto(file: Blob & { name?: string }): Promise<Peek> {
  if (file.size === 0) return { ...nothing, refusal: empty };
  const bytes = new Uint8Array(await file.slice(0, peekBytes).arrayBuffer());
  const whole = file.size <= peekBytes;
  const filename = file.name ?? null;
  const binary = recogniseBinary(bytes.subarray(0, headBytes), filename);
  if (binary) return { ...nothing, refusal: binary };
  const text = new TextDecoder().decode(bytes);
  const lineEnds = recogniseLineEnds(text, filename);
  if (lineEnds) return { ...nothing, refusal: lineEnds };
  const isArray = text.trimStart().startsWith("[") && !isListOfTurns(parse(text.trimStart().split("\n", 1)[0] ?? ""));
  const lines = isArray ? [] : linesOf(bytes, whole);
  const rows = isArray ? arrayRows(text) : lines.flatMap(({ row }) => (row === undefined ? [] : [row]));
  if (rows.length === 0) {
    const isSure = !isArray && (whole || lines.length >= linesBeforeGivingUp);
    return isSure ? { ...nothing, refusal: refusalOf(lines, text, filename) } : { ...nothing, warning: unread };
  }
  const isBroken = lines.some((line) => line.text === null);
  const warning = isBroken ? `Lines that are not UTF-8 come back as problems. ${notUtf8.remedy}` : null;
  const objects = rows.map(asRow).filter((row) => row !== null);
  return { rows: objects, reading: detectShape(objects), columns: seenColumns(objects), refusal: null, warning };
}

/** Why lines of which none is JSON are refused. */
function refusalOf(lines: Line[], text: string, filename: string | null): Peek["refusal"] {
  const [first] = lines;
  if (!first) return noRows;
  return first.text === null ? notUtf8 : (recogniseText(text, filename) ?? invalidJson(first.text, filename));
}

/** `text` is null for what is not UTF-8, `row` undefined for what is not JSON. */
type Line = { text: string | null; row: unknown };

/** Lines that are not blank, until enough of them are JSON; the last one only when the file ends with it. */
function linesOf(bytes: Uint8Array, whole: boolean): Line[] {
  const lines: Line[] = [];
  let good = 0;
  for (let from = 0; from < bytes.length && good < peekRows; ) {
    const end = bytes.indexOf(0x0a, from);
    if (end === -1 && !whole) break;
    const line = bytes.subarray(from, end === -1 ? bytes.length : end);
    from += line.length + 1;
    const text = decode(line);
    if (text?.trim() === "") continue;
    const row = text === null ? undefined : parse(text);
    if (row !== undefined) good++;
    lines.push({ text, row });
  }
  return lines;
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The elements of an array of which only the beginning is here: cut after the last object that closes. */
function arrayRows(text: string): unknown[] {
  const complete = parse(text);
  if (Array.isArray(complete)) return complete.slice(0, peekRows);
  let end = text.length;
  for (let tries = 0; tries < maxTries; tries++) {
    end = text.lastIndexOf("}", end - 1);
    if (end === -1) return [];
    const rows = parse(`${text.slice(0, end + 1)}]`);
    if (Array.isArray(rows)) return rows.slice(0, peekRows);
  }
  return [];
}

function parse(text: string): unknown {
  const parsed = parseExactJson(text);
  return parsed.fault === null ? parsed.value : undefined;
}
