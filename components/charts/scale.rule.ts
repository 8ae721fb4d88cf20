/** Round values (1, 2, 2.5 or 5 times a power of ten; `whole`: no fractions) that cover lo…hi with about `count` steps. */
export function niceTicks(lo: number, hi: number, count: number, whole = false): number[] {
  if (!Number.isFinite(lo) || !Number.isFinite(hi)) return [];
  if (lo === hi) return lo === 0 ? [0, 1] : niceTicks(Math.min(0, lo), Math.max(0, hi), count, whole);
  const rough = (hi - lo) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const steps = [1, 2, 2.5, 5, 10].map((factor) => factor * power);
  const fits = (step: number) => step >= rough * 0.999 && (!whole || Number.isInteger(step));
  const step = steps.find(fits) ?? (whole ? 1 : 10 * power);
  const first = Math.floor(lo / step + 1e-9);
  const last = Math.ceil(hi / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** The same, but only ticks inside lo…hi: for an x axis, which ends where the data ends. */
export function innerTicks(lo: number, hi: number, count: number, whole = false): number[] {
  return niceTicks(lo, hi, count, whole).filter((tick) => tick >= lo && tick <= hi);
}

const mostLogTicks = 8;

/** Ticks of a log axis from at or below lo to at or above hi (both above 0): 1, 2, 5 per decade, else each or every n-th power of ten. */
export function logTicks(lo: number, hi: number): number[] {
  const first = Math.floor(Math.log10(lo) + 1e-9);
  const last = Math.ceil(Math.log10(hi) - 1e-9);
  const fine: number[] = [];
  for (let power = first; power <= last; power++)
    for (const factor of [1, 2, 5]) fine.push(Number((factor * 10 ** power).toPrecision(6)));
  const from = fine.findLastIndex((tick) => tick <= lo * (1 + 1e-9));
  const to = fine.findIndex((tick) => tick >= hi * (1 - 1e-9));
  const covering = fine.slice(Math.max(0, from), to + 1);
  if (covering.length <= mostLogTicks) return covering;
  const every = Math.ceil((last - first) / (mostLogTicks - 1));
  const powers: number[] = [];
  for (let power = first; power < last + every; power += every) powers.push(Number((10 ** power).toPrecision(6)));
  return powers;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [1_000, 5_000, 15_000, 30_000, minute, 5 * minute, 10 * minute, 15 * minute, 30 * minute].concat([
  hour,
  2 * hour,
  4 * hour,
  6 * hour,
  12 * hour,
  day,
  2 * day,
  7 * day,
  14 * day,
  28 * day,
  91 * day,
]);

/** Times on the clock's round marks; `offsetMs` is the zone's distance from UTC, so that midnight is the user's. */
export function timeTicks(loMs: number, hiMs: number, count: number, offsetMs: number): number[] {
  if (!(hiMs > loMs)) return [loMs];
  const step = steps.find((candidate) => (hiMs - loMs) / candidate <= count) ?? 365 * day;
  const first = Math.ceil((loMs + offsetMs) / step) * step - offsetMs;
  const ticks: number[] = [];
  for (let tick = first; tick <= hiMs && ticks.length <= count + 1; tick += step) ticks.push(tick);
  return ticks;
}

/** Lowest and highest of the known values, or nothing when there are none. */
export function extent(values: Iterable<number | null | undefined>): { lo: number; hi: number } | undefined {
  let lo = Number.POSITIVE_INFINITY;
  let hi = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === null || value === undefined || !Number.isFinite(value)) continue;
    lo = Math.min(lo, value);
    hi = Math.max(hi, value);
  }
  return lo <= hi ? { lo, hi } : undefined;
}

/** Ticks of a y axis: from zero unless `min` is given, up to the round value above the data. */
export function yTicks(
  values: Iterable<number | null | undefined>,
  axis: { min?: number; max?: number; whole?: boolean },
  count = 4,
) {
  const found = extent(values) ?? { lo: 0, hi: 1 };
  const lo = axis.min ?? Math.min(0, found.lo);
  const hi = axis.max ?? Math.max(axis.min ?? 0, found.hi);
  const ticks = niceTicks(lo, hi, count, axis.whole).filter((tick) => axis.max === undefined || tick <= axis.max);
  return axis.min === undefined ? ticks : ticks.filter((tick) => tick >= lo);
}
