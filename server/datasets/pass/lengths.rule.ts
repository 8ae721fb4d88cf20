/** Lengths of one field over a version; bins are `from` ≤ length < `to`, the last one to its end. */
export type LengthStats = {
  min: number;
  p50: number;
  p95: number;
  max: number;
  mean: number;
  histogram: { from: number; to: number; count: number }[];
};

const exactBelow = 128;
const perOctave = 64;
const buckets = exactBelow + 25 * perOctave;
const wantedBins = 20;

/**
 * Count lengths in constant memory: exact below 128, above it in 64 buckets per doubling,
 * so that a percentile is off by less than 1 % (the layout of an HDR histogram). Min, max and mean are exact.
 */
export function createLengths() {
  const counts = new Float64Array(buckets);
  let n = 0;
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = 0;

  function percentile(share: number): number {
    const rank = Math.max(1, Math.ceil(share * n));
    let seen = 0;
    for (let i = 0; i < buckets; i++) {
      seen += counts[i] ?? 0;
      if (seen >= rank) return Math.min(max, Math.max(min, middleOf(i)));
    }
    return max;
  }

  function histogram(): LengthStats["histogram"] {
    const step = niceStep(percentile(0.99) / wantedBins);
    const bins = Math.min(Math.floor(max / step), wantedBins) + 1;
    const counted = new Array<number>(bins).fill(0);
    for (let i = 0; i < buckets; i++) {
      const count = counts[i] ?? 0;
      if (count === 0) continue;
      const bin = Math.min(bins - 1, Math.floor(middleOf(i) / step));
      counted[bin] = (counted[bin] ?? 0) + count;
    }
    return counted.map((count, bin) => {
      const last = bin === bins - 1;
      return { from: bin * step, to: last ? Math.max(max, bin * step + 1) : (bin + 1) * step, count };
    });
  }

  return {
    add(length: number) {
      const bucket = bucketOf(length);
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      n++;
      sum += length;
      if (length < min) min = length;
      if (length > max) max = length;
    },
    summary(): LengthStats | null {
      if (n === 0) return null;
      return { min, p50: percentile(0.5), p95: percentile(0.95), max, mean: sum / n, histogram: histogram() };
    },
  };
}

function bucketOf(length: number): number {
  if (length < exactBelow) return length;
  const octave = 31 - Math.clz32(length);
  const within = (length >>> (octave - 6)) & (perOctave - 1);
  return Math.min(buckets - 1, exactBelow + (octave - 7) * perOctave + within);
}

function middleOf(bucket: number): number {
  if (bucket < exactBelow) return bucket;
  const octave = 7 + Math.floor((bucket - exactBelow) / perOctave);
  const width = 2 ** (octave - 6);
  const within = (bucket - exactBelow) % perOctave;
  return 2 ** octave + within * width + Math.floor(width / 2);
}

/** The next of 1, 2, 5, 10, 20, 50 … */
function niceStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, raw)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= raw) ?? 10 * power;
}
