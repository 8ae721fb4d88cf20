/**
 * Mergeable histograms of durations, after DDSketch (Masson, Rim, Lee, VLDB 2019): bucket b > 0 holds what lies in
 * (γ^(b-2), γ^(b-1)] microseconds with γ = e^(1/20), bucket 0 what is shorter than half a microsecond. Told as 2γ/(γ+1) of a
 * bucket's lower edge, every value, and so every percentile, is at most (γ-1)/(γ+1) = 2.5 % off; adding counts merges.
 */
export const bucketsPerE = 20;
const gamma = Math.exp(1 / bucketsPerE);
/** e^50 µs is longer than anything lasts. */
export const lastBucket = 1_001;

/** Ascending by bucket. */
export type Histogram = readonly (readonly [bucket: number, count: number])[];

export function bucketOf(ms: number): number {
  const us = ms * 1_000;
  if (us < 0.5) return 0;
  return Math.min(lastBucket, 1 + Math.max(0, Math.ceil(bucketsPerE * Math.log(us))));
}

/** A bucket's value in ms, as near to both its edges in proportion as can be. */
export function msOf(bucket: number): number {
  return bucket === 0 ? 0 : ((upperEdge(bucket) / 1_000) * 2) / (gamma + 1);
}

/** How many values it holds. */
export function sizeOf(histogram: Histogram): number {
  return histogram.reduce((sum, [, count]) => sum + count, 0);
}

/**
 * The value in ms below which `share` of all lie, between two neighbours as percentile_cont has it; null for none. At most
 * 2.5 % from the exact one: both neighbours are, so what lies between them is.
 */
export function percentileOf(histogram: Histogram, share: number): number | null {
  const size = sizeOf(histogram);
  if (size === 0) return null;
  const rank = share * (size - 1);
  const below = valueAt(histogram, Math.floor(rank));
  return below + (valueAt(histogram, Math.ceil(rank)) - below) * (rank - Math.floor(rank));
}

function valueAt(histogram: Histogram, rank: number): number {
  let seen = 0;
  for (const [bucket, count] of histogram) {
    seen += count;
    if (rank < seen) return msOf(bucket);
  }
  throw new Error(`a histogram of ${seen} has no rank ${rank}`);
}

/**
 * `bins` bars of equal width from 0 to `topMs`, and how many lie beyond. A bucket that lies in two bars is shared between them
 * as its width is; whole counts that sum to the size.
 */
export function barsOf(histogram: Histogram, topMs: number, bins: number) {
  const edges = Array.from({ length: bins + 1 }, (_, i) => (topMs * i) / bins);
  const upTo = edges.map((edge) => Math.round(countBelow(histogram, edge)));
  const counts = upTo.slice(1).map((count, i) => count - (i === 0 ? 0 : (upTo[i] ?? 0)));
  return { edges, counts, beyond: sizeOf(histogram) - (upTo.at(-1) ?? 0) };
}

function countBelow(histogram: Histogram, ms: number): number {
  return histogram.reduce((sum, [bucket, count]) => {
    const upper = upperEdge(bucket) / 1_000;
    const lower = bucket === 0 ? 0 : upper / gamma;
    return sum + count * Math.min(1, Math.max(0, (ms - lower) / (upper - lower)));
  }, 0);
}

function upperEdge(bucket: number): number {
  return bucket === 0 ? 0.5 : gamma ** (bucket - 1);
}
