import { detectShape, type Reading, type SeenColumn, seenColumns } from "#server/datasets/shapes/detect.rule.ts";
import { isRecord } from "#server/datasets/shapes/problem.rule.ts";

/** What the first rows of a chosen file look like, before a byte is sent. The import decides; this only helps. */
export type Peek = { rows: unknown[]; reading: Reading | null; columns: SeenColumn[]; warning: string | null };

const peekBytes = 256 * 1024;
const peekRows = 20;
const maxTries = 50;

const notText = "This is not text in UTF-8: the import will refuse it. Upload JSONL, one JSON object per line.";
const notJson = "The beginning is not JSON: the import will say what is wrong with it.";

/** Read the first 256 kB of a file in the browser. */
export async function peekInto(file: Blob): Promise<Peek> {
  const nothing = { rows: [], reading: null, columns: [] };
  if (file.size === 0) return { ...nothing, warning: "The file is empty." };
  const bytes = new Uint8Array(await file.slice(0, peekBytes).arrayBuffer());
  const whole = file.size <= peekBytes;
  const text = decode(bytes, whole);
  if (text === null) return { ...nothing, warning: notText };
  const rows = text.trimStart().startsWith("[") ? arrayRows(text) : lineRows(text, whole);
  if (rows.length === 0) return { ...nothing, warning: notJson };
  const objects = rows.filter(isRecord).slice(0, peekRows);
  return { rows: objects, reading: detectShape(objects), columns: seenColumns(objects), warning: null };
}

function decode(bytes: Uint8Array, whole: boolean): string | null {
  if (bytes.includes(0)) return null;
  try {
    // `stream` lets the cut end in the middle of a character
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !whole });
  } catch {
    return null;
  }
}

function lineRows(text: string, whole: boolean): unknown[] {
  const lines = text.split("\n");
  if (!whole) lines.pop();
  const rows: unknown[] = [];
  for (const line of lines) {
    if (rows.length >= peekRows) break;
    const row = parse(line);
    if (row !== undefined) rows.push(row);
  }
  return rows;
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
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
