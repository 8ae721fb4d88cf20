import type { DatasetShape, Split } from "#db/enums.ts";
import type { LengthStats } from "#server/datasets/pass/lengths.rule.ts";
import type { Place } from "#server/datasets/rows/limits.rule.ts";
import type { FileFormat } from "#server/datasets/rows/row.rule.ts";
import type { Reading, SeenColumn } from "#server/datasets/shapes/detect.rule.ts";
import type { FileRefusal, RowProblem } from "#server/datasets/shapes/problem.rule.ts";

/** All problems are counted; this many are listed. */
export const maxListedProblems = 100;

/** One thing wrong with one row, and where: the line, and in a JSON array the element (both from 1). */
export type Problem = Place & RowProblem;

/** Where a page of examples begins in a split's file. */
export type Page = { firstRow: number; byteOffset: number };

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
  problems: Problem[];
  duplicateRows: number;
  /** false: more different rows than are remembered, `duplicateRows` is a lower bound */
  duplicatesExact: boolean;
  rows: Record<Split, number>;
  lengths: Record<string, LengthStats>;
  /** columns that no example uses, and that are therefore left out */
  ignoredColumns: string[];
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
    duplicateRows: 0,
    duplicatesExact: true,
    rows: { train: 0, validation: 0 },
    lengths: {},
    ignoredColumns: [],
    pages: { train: [], validation: [] },
  };
}

/** "Line 12" or "Line 12 (element 3)", as people look for it. */
export function placeWords({ line, element }: Place): string {
  return element === null ? `Line ${line}` : `Line ${line} (element ${element})`;
}
