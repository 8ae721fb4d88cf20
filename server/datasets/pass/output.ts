import type { Page } from "#server/datasets/pass/report.rule.ts";
import type { Place } from "#server/datasets/rows/limits.rule.ts";

const rowsPerPage = 200;
const bytesPerPage = 256 * 1024;
const startBytes = 256 * 1024;
const worthHandingOver = 128 * 1024;

const newline = 0x0a;

/** Takes the bytes of one output file; resolves when more may come. */
export type Sink = (bytes: Buffer) => Promise<void>;

/**
 * One output file: rows are gathered in a buffer and handed to the sink in pieces of 128 KiB and more;
 * a page starts every 200 rows or 256 KiB, so that a preview reads little wherever it begins.
 */
export function createOutput(sink: Sink) {
  let buffer = Buffer.allocUnsafe(startBytes);
  let filled = 0;
  let rows = 0;
  let bytes = 0;
  let pageBytes = 0;
  let pageRows = 0;
  const pages: Page[] = [];

  function reserve(length: number) {
    if (filled + length <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, filled + length));
    buffer.copy(larger, 0, 0, filled);
    buffer = larger;
  }

  return {
    pages,
    rows: () => rows,
    /** Append one line, given without its line break; `from` is where its row stands in the source file. */
    append(line: Uint8Array, from: Place) {
      if (rows === 0 || pageRows >= rowsPerPage || pageBytes >= bytesPerPage) {
        const elements = from.element === null ? null : [];
        pages.push({ firstRow: rows, byteOffset: bytes, lines: [], elements });
        pageRows = 0;
        pageBytes = 0;
      }
      reserve(line.length + 1);
      const page = pages.at(-1);
      page?.lines.push(from.line);
      page?.elements?.push(from.element ?? 0);
      buffer.set(line, filled);
      filled += line.length;
      buffer[filled++] = newline;
      rows++;
      pageRows++;
      bytes += line.length + 1;
      pageBytes += line.length + 1;
    },
    /** Hand over what is worth it; everything when `all`. */
    async flush(all: boolean) {
      if (filled === 0 || (!all && filled < worthHandingOver)) return;
      // the sink keeps what it is given, so it gets this buffer and we take a new one
      const full = buffer.subarray(0, filled);
      buffer = Buffer.allocUnsafe(startBytes);
      filled = 0;
      await sink(full);
    },
  };
}
