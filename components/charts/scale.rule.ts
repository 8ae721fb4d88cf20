import { bisectLeft, bisectRight, extent as extentOf } from "d3-array";
import { scaleLinear, scaleLog, scaleTime } from "d3-scale";

/** Round values (1, 2 or 5 times a power of ten; `whole`: no fractions) that cover lo…hi with about `count` steps. */
export function niceTicks(lo: number, hi: number, count: number, whole = false): number[] {
  if (!Number.isFinite(lo) || !Number.isFinite(hi)) return [];
  if (lo === hi) return lo === 0 ? [0, 1] : niceTicks(Math.min(0, lo), Math.max(0, hi), count, whole);
  const ends = whole ? [Math.floor(lo), Math.ceil(hi)] : [lo, hi];
  const steps = whole ? Math.min(count, Math.ceil(hi) - Math.floor(lo)) : count;
  return scaleLinear(ends, [0, 1]).nice(steps).ticks(steps);
}

/** The same, but only ticks inside lo…hi: for an x axis, which ends where the data ends. */
export function innerTicks(lo: number, hi: number, count: number, whole = false): number[] {
  return niceTicks(lo, hi, count, whole).filter((tick) => tick >= lo && tick <= hi);
}

const mostLogTicks = 8;
/** Beyond so many decades d3 gives powers of ten only. */
const mostDecades = 20;

/** Ticks of a log axis from at or below lo to at or above hi (both above 0): 1, 2, 5 per decade, else each or every n-th power of ten. */
export function logTicks(lo: number, hi: number): number[] {
  const decades = scaleLog([lo, hi], [0, 1]).nice();
  const fine = decades.ticks(mostDecades).filter((tick) => /^[125]e/.test(tick.toExponential()));
  const from = bisectRight(fine, lo * (1 + 1e-9)) - 1;
  const to = bisectLeft(fine, hi * (1 - 1e-9));
  const covering = fine.slice(Math.max(0, from), to + 1);
  if (covering.length > 1 && covering.length <= mostLogTicks) return covering;
  const [first = lo, last = hi] = decades.domain();
  const powers = niceTicks(Math.round(Math.log10(first)), Math.round(Math.log10(last)), mostLogTicks - 1, true);
  return powers.map((power) => Number(`1e${power}`));
}

/** At most `count` + 1 times on the round marks of the reader's own clock and calendar. */
export function timeTicks(loMs: number, hiMs: number, count: number): number[] {
  if (!(hiMs > loMs)) return [loMs];
  const scale = scaleTime([loMs, hiMs], [0, 1]);
  for (let about = count; ; about--) {
    const ticks = scale.ticks(about);
    if (ticks.length <= count + 1 || about <= 1) return ticks.map(Number);
  }
}

/** Lowest and highest of the known values, or nothing when there are none. */
export function extent(values: Iterable<number | null | undefined>): { lo: number; hi: number } | undefined {
  const [lo, hi] = extentOf(values, (value) => (Number.isFinite(value) ? value : null));
  return lo === undefined || hi === undefined ? undefined : { lo, hi };
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
