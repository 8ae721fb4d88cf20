import { isUtf8 } from "node:buffer";
import { jsonParser } from "stream-json/parser.js";
import { createElementAssembler } from "#server/datasets/rows/assemble.ts";
import { maxRowBytes, type Place } from "#server/datasets/rows/limits.rule.ts";
import { firstInvalidByte } from "#server/datasets/rows/lines.ts";
import { RefusedFile, refuseFile } from "#server/datasets/rows/refused.ts";
import { invalidUtf8, mib, type Row } from "#server/datasets/rows/row.rule.ts";
import type { RowProblem } from "#server/datasets/shapes/problem.rule.ts";
import { exactJson } from "#server/text/exact-json.rule.ts";

const newline = 0x0a;
/** Small enough that a broken place is known closely, large enough to be quick. */
const pieceBytes = 16 * 1024;

type OpenElement = { line: number; startedAt: number; badByte: number | null };

/**
 * Read one JSON array of rows as it streams by: stream-json tokenises and assembles, we keep the place
 * and the limits (it trusts its input). Push after the end of the array throws, as does `end` before it:
 * a broken array cannot be picked up again, so it refuses the file.
 */
export function createArrayReader({ limit = maxRowBytes, filename }: { limit?: number; filename: string | null }) {
  const tokenise = jsonParser({ streamValues: false });
  const assembler = createElementAssembler();
  let state: "before" | "inside" | "after" = "before";
  let line = 1;
  let lineStartedAt = 0;
  let fed = 0;
  let element = 0;
  let open: OpenElement | null = null;
  let rows: Row[] = [];
  let cutCharacter = Buffer.alloc(0);

  function takeTokens(text: string) {
    const result = tokenise(text);
    if (typeof result !== "object") return;
    for (const token of result.values) {
      if (state === "before") {
        state = "inside";
        continue;
      }
      if (!open) {
        if (token.name === "endArray") {
          state = "after";
          continue;
        }
        element++;
        open = { line, startedAt: fed, badByte: null };
      }
      if (assembler.take(token)) {
        const { value, problem } = assembler.finish();
        const found = open.badByte === null ? problem : invalidUtf8(open.badByte, filename);
        rows.push(finished({ line: open.line, element }, value, found));
        open = null;
      }
    }
  }

  function feed(text: string, bytes: number) {
    try {
      takeTokens(text);
    } catch (error) {
      if (error instanceof RefusedFile) throw error;
      refuseBroken(state === "after", element, line, error);
    }
    fed += bytes;
    if (open && fed - open.startedAt > limit) refuseLong(element, open.line, limit);
  }

  /** Feed whole characters; a byte that is no UTF-8 marks the element it lies in. */
  function feedChecked(piece: Buffer) {
    let rest = piece;
    while (!isUtf8(rest)) {
      const bad = firstInvalidByte(rest);
      feed(rest.toString("utf8", 0, bad), bad);
      if (open) open.badByte ??= fed - lineStartedAt;
      feed("\ufffd", 1);
      rest = rest.subarray(bad + 1);
    }
    feed(rest.toString("utf8"), rest.length);
  }

  return {
    push(bytes: Buffer): Row[] {
      rows = [];
      const joined = cutCharacter.length > 0 ? Buffer.concat([cutCharacter, bytes]) : bytes;
      const whole = characterBoundary(joined, joined.length);
      cutCharacter = Buffer.from(joined.subarray(whole));
      const chunk = joined.subarray(0, whole);
      for (let start = 0; start < chunk.length; ) {
        const stop = characterBoundary(chunk, Math.min(start + pieceBytes, chunk.length));
        const breakAt = chunk.subarray(start, stop).indexOf(newline);
        const end = breakAt === -1 ? stop : start + breakAt + 1;
        feedChecked(chunk.subarray(start, end));
        if (breakAt !== -1) {
          line++;
          lineStartedAt = fed;
        }
        start = end;
      }
      return rows;
    },
    end(): Row[] {
      if (state !== "after" || cutCharacter.length > 0) refuseCut(element, line);
      return [];
    },
  };
}

/** The last place at or before `end` that does not cut through a character. */
function characterBoundary(bytes: Buffer, end: number): number {
  for (let back = 1; back <= 3 && back <= end; back++) {
    const byte = bytes[end - back] ?? 0;
    if (byte < 0x80) return end;
    if (byte >= 0xc0) {
      const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
      return length > back ? end - back : end;
    }
  }
  return end;
}

function finished(at: Place, value: unknown, problem: RowProblem | null): Row {
  if (!problem) return { ...at, value, problem, unparsed: null, written: null };
  return { ...at, value: null, problem, unparsed: { raw: exactJson(value) }, written: null };
}

const asJsonl = "Fix the file, or write it as JSONL (one row per line): there one bad row cannot hide the rest.";

function refuseBroken(after: boolean, element: number, line: number, cause: unknown): never {
  if (after)
    refuseFile("array_trailing", `line ${line}: there is more after the end of the JSON array`, asJsonl, cause);
  const message = `line ${line}: the JSON array is broken in or after element ${element}; nothing behind it can be read`;
  refuseFile("array_broken", message, asJsonl, cause);
}

function refuseCut(element: number, line: number): never {
  const message = `the JSON array stops on line ${line}, in or after element ${element}: the file was cut off`;
  refuseFile("array_truncated", message, "Copy or export the file again.");
}

function refuseLong(element: number, line: number, limit: number): never {
  const message = `line ${line}: element ${element} is longer than ${mib(limit)}`;
  refuseFile("row_too_long", message, asJsonl);
}
