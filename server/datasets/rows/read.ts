import { gunzipSync, constants as zlib } from "node:zlib";
import { createArrayReader } from "#server/datasets/rows/array.ts";
import { headBytes, linesBeforeGivingUp, maxRowBytes } from "#server/datasets/rows/limits.rule.ts";
import { createLineReader, type Line } from "#server/datasets/rows/lines.ts";
import { gzipTwice, recogniseBinary, recogniseLineEnds, recogniseText } from "#server/datasets/rows/magic.rule.ts";
import { RefusedFile, refuseFile } from "#server/datasets/rows/refused.ts";
import {
  type FileFormat,
  invalidJson,
  invalidUtf8,
  type Row,
  repeatedKey,
  rowTooLong,
  tooDeep,
  truncatedLine,
  type Unparsed,
} from "#server/datasets/rows/row.rule.ts";
import type { RowProblem } from "#server/datasets/shapes/problem.rule.ts";
import { isListOfTurns } from "#server/datasets/shapes/turn.rule.ts";
import { parseExactJson } from "#server/text/exact-json.rule.ts";

/** What is known of a file beside its bytes: its name, for the commands in remedies. */
type FileFacts = { filename?: string | null };

/** Rows in the order of the file, a batch per chunk read, so that no row costs a turn of the event loop. */
type RowBatch = { format: FileFormat; rows: Row[]; bytesRead: number };

/**
 * Stream a JSONL file or one JSON array into rows with bounded memory (one chunk and one row).
 * A BOM is dropped, CRLF ends a line, blank lines are skipped but counted as lines.
 * Throws RefusedFile when the file as a whole is not readable: empty, compressed, another format, a broken array.
 */
export async function* readRows(source: AsyncIterable<Uint8Array>, file: FileFacts = {}): AsyncGenerator<RowBatch> {
  let bytesRead = 0;
  let head: Buffer | null = Buffer.alloc(0);
  let reader: ReturnType<typeof openReader> | null = null;
  for await (const part of source) {
    const chunk = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
    bytesRead += chunk.length;
    if (reader) {
      yield { format: reader.format, rows: reader.push(chunk), bytesRead };
      continue;
    }
    head = head && head.length > 0 ? Buffer.concat([head, chunk]) : chunk;
    if (head.length < headBytes) continue;
    reader = openReader(head, file);
    yield { format: reader.format, rows: reader.push(withoutBom(head)), bytesRead };
    head = null;
  }
  if (bytesRead === 0) refuseFile("empty_file", "the file is empty (0 bytes)", "Check the export and upload it again.");
  if (!reader && head) {
    reader = openReader(head, file);
    yield { format: reader.format, rows: reader.push(withoutBom(head)), bytesRead };
  }
  if (reader) yield { format: reader.format, rows: reader.end(), bytesRead };
}

function openReader(head: Buffer, { filename = null }: FileFacts) {
  const binary = recogniseBinary(head, filename);
  if (binary) throw new RefusedFile(binary.code === "gzip" && isGzipInGzip(head) ? gzipTwice : binary);
  const text = withoutBom(head).toString("utf8");
  const lineEnds = recogniseLineEnds(text, filename);
  if (lineEnds) throw new RefusedFile(lineEnds);
  if (text.trimStart().startsWith("[") && !isListPerLine(text))
    return { format: "json_array" as const, ...createArrayReader({ filename }) };
  return { format: "jsonl" as const, ...createJsonlReader(text, filename) };
}

function withoutBom(head: Buffer): Buffer {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head.subarray(3) : head;
}

/** A line that is a list of turns: a chat a line, not one array of rows. */
function isListPerLine(head: string): boolean {
  const [first = ""] = head.trimStart().split("\n", 1);
  const parsed = parseExactJson(first);
  return parsed.fault === null && isListOfTurns(parsed.value);
}

/** Lines parsed as JSON; the head is kept only until one line was. */
function createJsonlReader(head: string, filename: string | null) {
  const lines = createLineReader(maxRowBytes);
  let failures = 0;
  let unproven: string | null = head;

  function parse(list: Line[]): Row[] {
    const rows: Row[] = [];
    for (const line of list) {
      const row = parseLine(line, filename);
      if (!row) continue;
      if (row.problem?.code === "invalid_json" && unproven !== null) {
        if (++failures === linesBeforeGivingUp) refuseText(unproven, filename);
      } else if (!row.problem) unproven = null;
      rows.push(row);
    }
    return rows;
  }

  return {
    push: (chunk: Buffer) => parse(lines.push(chunk)),
    end: () => {
      const rows = parse(lines.end());
      if (unproven !== null && failures > 0) refuseText(unproven, filename);
      return rows;
    },
  };
}

function refuseText(head: string, filename: string | null): void {
  const refusal = recogniseText(head, filename);
  if (refusal) throw new RefusedFile(refusal);
}

/** One line as a row; null for a blank one. */
function parseLine(line: Line, filename: string | null): Row | null {
  const at = { line: line.line, element: null };
  const bad = (problem: RowProblem, unparsed: Unparsed): Row => ({
    ...at,
    value: null,
    problem,
    unparsed,
    written: null,
  });
  const broken = line.tooLong
    ? rowTooLong(line.length, maxRowBytes)
    : line.invalidUtf8At !== null && invalidUtf8(line.invalidUtf8At, filename);
  if (broken) return bad(broken, { rawBase64: line.bytes.toString("base64") });
  const text = line.bytes.toString("utf8");
  const parsed = parseExactJson(text);
  if (parsed.fault === null)
    return { ...at, value: parsed.value, problem: null, unparsed: null, written: { bytes: line.bytes, text } };
  const unparsed = { raw: text };
  if (parsed.fault === "too_deep") return bad(tooDeep(), unparsed);
  if (parsed.fault === "repeated_key") return bad(repeatedKey(parsed.key), unparsed);
  if (text.trim() === "") return null;
  const cut = !line.ended && /^\s*[{[]/.test(text) && !text.includes("\u0000");
  return bad(cut ? truncatedLine() : invalidJson(text, filename), unparsed);
}

/** Does gzip hold gzip? Told from the head alone; false when that is not enough. */
function isGzipInGzip(head: Buffer): boolean {
  return peek(head).subarray(0, 2).toString("hex") === "1f8b";
}

/** The first bytes inside; empty when they cannot be had from the head alone. */
function peek(head: Buffer): Buffer {
  try {
    // a truncated input flushes what it has; the limit keeps a bomb from growing
    return gunzipSync(head.subarray(0, 512), { finishFlush: zlib.Z_SYNC_FLUSH, maxOutputLength: 1 << 20 });
  } catch {
    return Buffer.alloc(0);
  }
}
