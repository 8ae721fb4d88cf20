/** A two-sided interval at the level of the z it was made with. */
export type Interval = { low: number; high: number };

/** 97.5 % point of the normal distribution: 95 % two-sided. */
export const z95 = 1.959963984540054;
const zPower80 = 0.8416212335729143;

/** Wilson's score interval for `successes` of `n` (Wilson 1927); never leaves [0, 1], sound for small n. */
export function wilsonInterval(successes: number, n: number, z: number = z95): Interval {
  if (n === 0) return { low: 0, high: 1 };
  const p = successes / n;
  const z2 = z * z;
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (z / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  return { low: successes === 0 ? 0 : centre - half, high: successes === n ? 1 : centre + half };
}

/** How two models did on the same cases: both right, only the candidate, only the baseline, neither. */
export type Paired = { both: number; onlyCandidate: number; onlyBaseline: number; neither: number };

/**
 * Exact McNemar test on the discordant pairs, two-sided: under the null each is a fair coin.
 * Computed in logarithms, so that thousands of pairs do not underflow.
 */
export function mcnemarExact({ onlyCandidate, onlyBaseline }: Pick<Paired, "onlyCandidate" | "onlyBaseline">): number {
  const n = onlyCandidate + onlyBaseline;
  if (n === 0) return 1;
  const smaller = Math.min(onlyCandidate, onlyBaseline);
  let logTerm = -n * Math.LN2; // ln C(n, 0) / 2^n
  let tail = Math.exp(logTerm);
  for (let i = 1; i <= smaller; i++) {
    logTerm += Math.log(n - i + 1) - Math.log(i);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}

/**
 * Interval for the difference candidate − baseline of two paired shares: Newcombe's hybrid score interval
 * with the correlation of the pairs (Newcombe 1998, Statistics in Medicine 17:2635, method 10).
 */
export function pairedDifferenceInterval(pairs: Paired, z: number = z95): Interval & { difference: number } {
  const { both: a, onlyCandidate: b, onlyBaseline: c, neither: d } = pairs;
  const n = a + b + c + d;
  if (n === 0) return { difference: 0, low: -1, high: 1 };
  const candidate = (a + b) / n;
  const baseline = (a + c) / n;
  const difference = (b - c) / n;
  const wide = wilsonInterval(a + b, n, z);
  const narrow = wilsonInterval(a + c, n, z);
  const phi = pairCorrelation(pairs);
  const root = (x: number, y: number) => Math.sqrt(Math.max(0, x * x - 2 * phi * x * y + y * y));
  return {
    difference,
    low: Math.max(-1, difference - root(candidate - wide.low, narrow.high - baseline)),
    high: Math.min(1, difference + root(wide.high - candidate, baseline - narrow.low)),
  };
}

/** φ of the 2 × 2 table with Newcombe's continuity correction for positive association. */
function pairCorrelation({ both: a, onlyCandidate: b, onlyBaseline: c, neither: d }: Paired) {
  const margins = (a + b) * (c + d) * (a + c) * (b + d);
  if (margins === 0) return 0;
  const product = a * d - b * c;
  const n = a + b + c + d;
  return (product > 0 ? Math.max(0, product - n / 2) : product) / Math.sqrt(margins);
}

/** Sample variance of paired differences of marks in 0…1; 1, the most there can be, from fewer than two pairs. */
export function varianceOf(differences: readonly number[]): number {
  const n = differences.length;
  if (n < 2) return 1;
  const mean = differences.reduce((sum, value) => sum + value, 0) / n;
  return differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
}

/**
 * Smallest true difference that n pairs would show at 80 % power and 5 % significance, given the variance of the paired
 * differences. For right or wrong that is the share of discordant pairs: their variance when there is no difference.
 */
export function detectableDifference(n: number, variance: number): number {
  return n === 0 ? 1 : Math.min(1, (z95 + zPower80) * Math.sqrt(variance / n));
}

/** How many cases it takes to tell a difference of this size at 80 % power; null when no number does. `variance` as above. */
export function casesNeeded(difference: number, variance: number): number | null {
  if (difference === 0 || variance === 0) return null;
  return Math.ceil(((z95 + zPower80) / difference) ** 2 * variance);
}

const resamples = 10_000;

/**
 * Interval for a mean by the percentile bootstrap: 10,000 resamples with a fixed seed, so that a page shows the same
 * numbers every time (Efron 1979). For marks between 0 and 1 that are not plain right or wrong.
 */
export function bootstrapMean(values: readonly number[], seed = 42): Interval & { mean: number } {
  const n = values.length;
  if (n === 0) return { mean: 0, low: 0, high: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const random = mulberry32(seed);
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[Math.floor(random() * n)] ?? 0;
    means[r] = sum / n;
  }
  means.sort();
  const at = (share: number) =>
    means[Math.min(resamples - 1, Math.max(0, Math.round(share * (resamples - 1))))] ?? mean;
  return { mean, low: at(0.025), high: at(0.975) };
}

/** A small seeded generator (mulberry32): good enough to resample, never for secrets. */
function mulberry32(seed: number) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
