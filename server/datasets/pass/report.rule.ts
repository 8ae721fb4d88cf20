import type { DatasetShape, Split } from "#db/enums.ts";
import type { LengthStats } from "#server/datasets/pass/lengths.rule.ts";
import type { Note } from "#server/datasets/pass/note.rule.ts";
import type { Problem } from "#server/datasets/pass/problems.rule.ts";
import type { Place } from "#server/datasets/rows/limits.rule.ts";
import type { FileFormat } from "#server/datasets/rows/row.rule.ts";
import type { Reading, SeenColumn } from "#server/datasets/shapes/detect.rule.ts";
import type { FileRefusal } from "#server/datasets/shapes/problem.rule.ts";

/**
 * Where a page of examples begins in a split's file, and the line of the source file (and element of a JSON array) that
 * each of its rows came from.
 */
export type Page = { firstRow: number; byteOffset: number; lines: number[]; elements: number[] | null };

/** What one pass over a file found. Exactly one of: refused, unmapped, or read. */
export type Report = {
  refusal: FileRefusal | null;
  /** the layout is none of ours: what was seen, so that a person can map it, and why a mapping that was tried is wrong */
  unmapped: { columns: SeenColumn[]; samples: unknown[]; why?: string } | null;
  format: FileFormat | null;
  source: Reading["source"] | null;
  shape: DatasetShape | null;
  bytesRead: number;
  /** rows with anything in them, good or bad; blank lines are none */
  rowsRead: number;
  badRows: number;
  problemCount: number;
  problemCounts: Record<string, number>;
  /** one entry per kind of problem */
  problems: Problem[];
  /** what was done with rows that are used */
  notes: Note[];
  duplicateRows: number;
  /** false: more different rows than are remembered, `duplicateRows` is a lower bound */
  duplicatesExact: boolean;
  rows: Record<Split, number>;
  lengths: Record<string, LengthStats>;
  pages: Record<Split, Page[]>;
};

export function emptyReport(): Report {
  return {
    refusal: null,
    unmapped: null,
    format: null,
    source: null,
    shape: null,
    bytesRead: 0,
    rowsRead: 0,
    badRows: 0,
    problemCount: 0,
    problemCounts: {},
    problems: [],
    notes: [],
    duplicateRows: 0,
    duplicatesExact: true,
    rows: { train: 0, validation: 0 },
    lengths: {},
    pages: { train: [], validation: [] },
  };
}

/** "Line 12" or "Line 12 (element 3)", as people look for it. */
export function formatPlace({ line, element }: Place): string {
  return element === null ? `Line ${line}` : `Line ${line} (element ${element})`;
}
