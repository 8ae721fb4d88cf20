/** Times of one answer in milliseconds (definitions: docs/api.md); null where there is nothing to measure. */
export type Timings = {
  /** sent → first content token */
  ttftMs: number | null;
  /** of this stream's gaps between content chunks */
  itlP50Ms: number | null;
  itlP95Ms: number | null;
  /** (total − TTFT) ÷ (output tokens − 1) */
  tpotMs: number | null;
  totalMs: number;
};

export type StreamTimer = {
  /** A content chunk of a choice came at `nowMs`. */
  content: (nowMs: number, choice?: number) => void;
  /** every gap so far between two content chunks of one choice */
  gapsMs: () => readonly number[];
  done: (nowMs: number, outputTokens: number | null) => Timings;
};

/** Start the watch at `startMs` (monotonic clock); the caller brings the times, so this is pure. */
export function streamTimer(startMs: number): StreamTimer {
  const gaps: number[] = [];
  let first: number | null = null;
  const last: number[] = []; // by choice: what lies between two choices is no gap that anybody sees
  return {
    content: (nowMs, choice = 0) => {
      first ??= nowMs;
      const before = last[choice];
      if (before !== undefined) gaps.push(nowMs - before);
      last[choice] = nowMs;
    },
    gapsMs: () => gaps,
    done: (nowMs, outputTokens) => {
      const ttftMs = first === null ? null : first - startMs;
      const totalMs = nowMs - startMs;
      const many = ttftMs !== null && outputTokens !== null && outputTokens > 1;
      const tpotMs = many ? (totalMs - ttftMs) / (outputTokens - 1) : null;
      const sorted = gaps.toSorted((a, b) => a - b);
      return { ttftMs, itlP50Ms: percentile(sorted, 0.5), itlP95Ms: percentile(sorted, 0.95), tpotMs, totalMs };
    },
  };
}

/** Nearest rank on an ascending list; null for none. */
export function percentile(sorted: readonly number[], share: number): number | null {
  if (sorted.length === 0) return null;
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}
