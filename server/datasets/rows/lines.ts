import { isUtf8 } from "node:buffer";
import { maxRowBytes } from "#server/datasets/rows/limits.rule.ts";

const newline = 0x0a;
const carriageReturn = 0x0d;

/** One line of a file: its bytes without the line break, or why they are not there. */
export type Line =
  | { line: number; bytes: Buffer; ended: boolean; tooLong: false; invalidUtf8At: number | null }
  | { line: number; bytes: Buffer; ended: boolean; tooLong: true; length: number; invalidUtf8At: null };

/** As much of an over-long line as is worth keeping beside its problem. */
const keptOfLongLine = 1024;

/**
 * Cut bytes into lines with bounded memory: a line over the limit is counted and dropped while it
 * streams by, never gathered. LF and CRLF both end a line; the last one may have no end.
 */
export function createLineReader(limit = maxRowBytes) {
  let line = 1;
  let carried: Buffer[] = [];
  let carriedBytes = 0;
  let dropped = 0;

  function finish(tail: Buffer, ended: boolean): Line {
    const number = line++;
    if (dropped > 0 || carriedBytes + tail.length > limit) {
      const length = dropped + carriedBytes + tail.length;
      const head = Buffer.concat([...carried, tail.subarray(0, keptOfLongLine)]).subarray(0, keptOfLongLine);
      reset();
      return { line: number, bytes: head, ended, tooLong: true, length, invalidUtf8At: null };
    }
    const whole = carriedBytes === 0 ? tail : Buffer.concat([...carried, tail]);
    reset();
    const bytes = whole.at(-1) === carriageReturn ? whole.subarray(0, -1) : whole;
    const invalidUtf8At = isUtf8(bytes) ? null : firstInvalidByte(bytes);
    return { line: number, bytes, ended, tooLong: false, invalidUtf8At };
  }

  function reset() {
    carried = [];
    carriedBytes = 0;
    dropped = 0;
  }

  function carry(rest: Buffer) {
    if (dropped > 0) dropped += rest.length;
    else if (carriedBytes + rest.length > limit) {
      const head = Buffer.concat([...carried, rest.subarray(0, keptOfLongLine)]).subarray(0, keptOfLongLine);
      dropped = carriedBytes + rest.length - head.length;
      carried = [head];
      carriedBytes = head.length;
    } else {
      // a copy: the chunk it lies in would otherwise stay in memory whole
      carried.push(Buffer.from(rest));
      carriedBytes += rest.length;
    }
  }

  return {
    push(chunk: Buffer): Line[] {
      const lines: Line[] = [];
      let start = 0;
      for (;;) {
        const end = chunk.indexOf(newline, start);
        if (end === -1) break;
        lines.push(finish(chunk.subarray(start, end), true));
        start = end + 1;
      }
      if (start < chunk.length) carry(chunk.subarray(start));
      return lines;
    },
    /** The last line when the file does not end with a line break. */
    end(): Line[] {
      return carriedBytes === 0 && dropped === 0 ? [] : [finish(Buffer.alloc(0), false)];
    },
  };
}

/** Offset of the first byte that does not begin a UTF-8 character. Linear, and only for lines that are known to be broken. */
export function firstInvalidByte(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] ?? 0;
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length > 1 && !isUtf8(bytes.subarray(at, at + length))) return at;
    at += length;
  }
  return at;
}
