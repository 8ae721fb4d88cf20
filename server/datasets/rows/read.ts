import { createArrayReader } from "#server/datasets/rows/array.ts";
import { isGzipInGzip } from "#server/datasets/rows/gzip.ts";
import { headBytes, linesBeforeGivingUp, maxRowBytes } from "#server/datasets/rows/limits.rule.ts";
import { createLineReader, type Line } from "#server/datasets/rows/lines.ts";
import { gzipTwice, recogniseBinary, recogniseText } from "#server/datasets/rows/magic.rule.ts";
import { RefusedFile, refuseFile } from "#server/datasets/rows/refused.ts";
import {
  type FileFormat,
  invalidJson,
  invalidUtf8,
  type Row,
  rowTooLong,
  truncatedLine,
} from "#server/datasets/rows/row.rule.ts";

/** Rows in the order of the file, a batch per chunk read, so that no row costs a turn of the event loop. */
export type RowBatch = { format: FileFormat; rows: Row[]; bytesRead: number };

/**
 * Stream a JSONL file or one JSON array into rows with bounded memory (one chunk and one row).
 * A BOM is dropped, CRLF ends a line, blank lines are skipped but counted as lines.
 * Throws RefusedFile when the file as a whole is not readable: empty, compressed, another format, a broken array.
 */
export async function* readRows(
  source: AsyncIterable<Uint8Array>,
  options: { maxRowBytes?: number } = {},
): AsyncGenerator<RowBatch> {
  const limit = options.maxRowBytes ?? maxRowBytes;
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
    reader = openReader(head, limit);
    yield { format: reader.format, rows: reader.push(withoutBom(head)), bytesRead };
    head = null;
  }
  if (bytesRead === 0) refuseFile("empty_file", "the file is empty (0 bytes)", "Check the export and upload it again.");
  if (!reader && head) {
    reader = openReader(head, limit);
    yield { format: reader.format, rows: reader.push(withoutBom(head)), bytesRead };
  }
  if (reader) yield { format: reader.format, rows: reader.end(), bytesRead };
}

function openReader(head: Buffer, limit: number) {
  const binary = recogniseBinary(head);
  if (binary) throw new RefusedFile(binary.code === "gzip" && isGzipInGzip(head) ? gzipTwice : binary);
  const first = withoutBom(head).find((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  if (first === 0x5b) return { format: "json_array" as const, ...createArrayReader(limit) };
  return { format: "jsonl" as const, ...createJsonlReader(head.toString("utf8"), limit) };
}

function withoutBom(head: Buffer): Buffer {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head.subarray(3) : head;
}

/** Lines parsed as JSON; the head is kept only until one line was. */
function createJsonlReader(head: string, limit: number) {
  const lines = createLineReader(limit);
  let failures = 0;
  let unproven: string | null = head;

  function parse(list: Line[]): Row[] {
    const rows: Row[] = [];
    for (const line of list) {
      const row = parseLine(line, limit);
      if (!row) continue;
      if (row.problem?.code === "invalid_json" && unproven !== null) {
        if (++failures === linesBeforeGivingUp) refuseText(unproven);
      } else if (!row.problem) unproven = null;
      rows.push(row);
    }
    return rows;
  }

  return {
    push: (chunk: Buffer) => parse(lines.push(chunk)),
    end: () => {
      const rows = parse(lines.end());
      if (unproven !== null && failures > 0) refuseText(unproven);
      return rows;
    },
  };
}

function refuseText(head: string): void {
  const refusal = recogniseText(head);
  if (refusal) throw new RefusedFile(refusal);
}

/** One line as a row; null for a blank one. */
function parseLine(line: Line, limit: number): Row | null {
  const at = { line: line.line, element: null };
  if (line.tooLong) {
    const unparsed = { rawBase64: line.bytes.toString("base64") };
    return { ...at, value: null, problem: rowTooLong(line.length, limit), unparsed };
  }
  if (line.invalidUtf8At !== null) {
    const unparsed = { rawBase64: line.bytes.toString("base64") };
    return { ...at, value: null, problem: invalidUtf8(line.invalidUtf8At), unparsed };
  }
  const text = line.bytes.toString("utf8");
  try {
    return { ...at, value: JSON.parse(text), problem: null, unparsed: null };
  } catch {
    if (text.trim() === "") return null;
    const cut = !line.ended && /^\s*[{[]/.test(text);
    return { ...at, value: null, problem: cut ? truncatedLine() : invalidJson(text), unparsed: { raw: text } };
  }
}
