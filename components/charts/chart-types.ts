import type { ValueFormat } from "#components/ui/format.ts";

export type Point = {
  /** A number, or milliseconds since the epoch on a time axis. */
  x: number;
  /** Null leaves a gap: not measured is not zero. */
  y: number | null;
  /** Ends of the confidence interval. */
  lo?: number;
  hi?: number;
};

/** 0 is always the baseline, 1 always the candidate; the others have no fixed meaning. */
export type SeriesColor = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

export type Series = {
  id: string;
  label: string;
  color?: SeriesColor;
  points: readonly Point[];
  /** Raw values behind a smoothed line. */
  faint?: boolean;
  dashed?: boolean;
  /** Few points that each were a measurement (validation steps). */
  dots?: boolean;
};

export type Axis = {
  /** Title with its unit: "First token (ms)", "Step". */
  label: string;
  format?: ValueFormat;
  /** Ends of the axis; what is left out comes from the data. The y axis starts at zero unless `min` says otherwise. */
  min?: number;
  max?: number;
  /** Steps, rows, requests: there is nothing between two whole numbers. */
  whole?: boolean;
  /** Equal ratios take equal room. What is not above zero has no place on it and is left out. */
  log?: boolean;
};

/** A moment worth a dashed line: a deploy, a rollback, a resume. */
export type ChartEvent = { x: number; label: string };

/** A horizontal limit: an objective, a gate. */
export type Threshold = { y: number; label: string };

export function seriesColor(series: { color?: SeriesColor | undefined }, index: number) {
  return `var(--s${series.color ?? (index + 1) % 8})`;
}
