import { bisector } from "d3-array";
import type { Axis, ChartEvent, Point, Series } from "#components/charts/chart-types.ts";
import { downsample, maxPoints } from "#components/charts/downsample.rule.ts";
import { extent, innerTicks, logTicks, timeTicks, yTicks } from "#components/charts/scale.rule.ts";
import {
  formatClock,
  formatDate,
  formatExact,
  formatNumber,
  formatPercent,
  formatValue,
  type ValueFormat,
} from "#components/ui/format.ts";

/** One x with every series' value under its id, and its interval under `id:band`. */
export type XyRow = { x: number; [key: string]: number | null | [number, number] };

export const bandKey = (id: string) => `${id}:band`;

/** Thins every series to its share of the limit and joins them by x. */
export function toRows(series: readonly Series[], share = Math.floor(maxPoints / Math.max(1, series.length))): XyRow[] {
  const rows = new Map<number, XyRow>();
  for (const each of series)
    for (const point of downsample(each.points, share)) {
      const row = rows.get(point.x) ?? { x: point.x };
      row[each.id] = point.y;
      if (point.lo !== undefined && point.hi !== undefined) row[bandKey(each.id)] = [point.lo, point.hi];
      rows.set(point.x, row);
    }
  return [...rows.values()].sort((a, b) => a.x - b.x);
}

export function hasPoints(series: readonly Series[]) {
  return series.some((each) => each.points.some((point) => point.y !== null));
}

const isTime = (format: ValueFormat | undefined) => format === "clock" || format === "date" || format === "exact";

export function xScale(axis: Axis, series: readonly Series[], events: readonly ChartEvent[], narrow: boolean) {
  const seen = extent([...series.flatMap((each) => each.points.map((point) => point.x)), ...events.map((e) => e.x)]);
  const lo = axis.min ?? seen?.lo ?? 0;
  const hi = axis.max ?? seen?.hi ?? 1;
  const count = narrow ? 4 : 7;
  if (!isTime(axis.format)) return { lo, hi, ticks: innerTicks(lo, hi, count, axis.whole) };
  return { lo, hi, ticks: timeTicks(lo, hi, count) };
}

export function yScale(axis: Axis, values: Iterable<number | null | undefined>) {
  if (axis.log) {
    const found = extent(
      [...values].map((value) => (value !== null && value !== undefined && value > 0 ? value : null)),
    );
    const powers = found ? logTicks(found.lo, found.hi) : [0.1, 1];
    return { lo: powers[0] ?? 0.1, hi: powers.at(-1) ?? 1, ticks: powers };
  }
  const ticks = yTicks(values, axis);
  const lo = axis.min ?? ticks[0] ?? 0;
  const hi = axis.max ?? ticks.at(-1) ?? 1;
  return { lo, hi, ticks };
}

export function valuesOf(points: readonly Point[]) {
  return points.flatMap((point) => [point.y, point.lo, point.hi]);
}

const mostDigits = 6;

/** A tick: as many decimals as its axis needs, the same for all of them; on a clock the date stands at midnight. */
export function tickLabel(axis: Axis, value: number, ticks: readonly number[] = []) {
  if (axis.format === "percent") {
    const whole = ticks.every((tick) => Math.abs(tick * 100 - Math.round(tick * 100)) < 1e-6);
    return formatPercent(value, ticks.length > 0 && whole ? 0 : 1);
  }
  if (axis.log && (axis.format ?? "number") === "number") return formatNumber(value);
  if ((axis.format ?? "number") === "number" && value !== 0) {
    const digits = digitsOf(ticks);
    if (digits !== null) return formatNumber(value, digits);
  }
  if (axis.format !== "clock") return formatValue(axis.format ?? "number", value);
  const at = new Date(value);
  return at.getHours() === 0 && at.getMinutes() === 0 ? formatDate(at, new Date()) : formatClock(at);
}

/** Decimals that tell every tick from its neighbours; null when there are no ticks or six do not suffice. */
function digitsOf(ticks: readonly number[]): number | null {
  for (let digits = 0; digits <= mostDigits && ticks.length > 0; digits++) {
    const isWhole = (tick: number) => Math.abs(tick * 10 ** digits - Math.round(tick * 10 ** digits)) < 1e-6;
    if (ticks.every(isWhole)) return digits;
  }
  return null;
}

/** The reading's head: the exact time, or the axis' name and value. */
export function headLabel(axis: Axis, value: number) {
  if (isTime(axis.format)) return formatExact(new Date(value));
  return `${axis.label} ${formatValue(axis.format ?? "number", value)}`;
}

export function valueLabel(axis: Axis, value: number | null | undefined) {
  return value === null || value === undefined ? "not measured" : formatValue(axis.format ?? "number", value);
}

const byX = bisector((point: Point) => point.x);

/** The known point nearest to x: series that were measured at different places are still read across together. */
export function nearest(points: readonly Point[], x: number): Point | undefined {
  const at = byX.left(points, x);
  const near = [points[at - 1], points[at]].filter((point) => point !== undefined && point.y !== null);
  return near.sort((a, b) => Math.abs((a?.x ?? 0) - x) - Math.abs((b?.x ?? 0) - x))[0];
}

export function xyTable(x: Axis, y: Axis, series: readonly Series[]) {
  const rows = toRows(series, Number.POSITIVE_INFINITY);
  const withBand = series.filter((each) => each.points.some((point) => point.lo !== undefined));
  const head = [
    { label: x.label, format: isTime(x.format) ? ("exact" as const) : x.format },
    ...series.map((each) => ({ label: each.label, format: y.format })),
    ...withBand.flatMap((each) => [
      { label: `${each.label}, low`, format: y.format },
      { label: `${each.label}, high`, format: y.format },
    ]),
  ];
  const numberAt = (row: XyRow, key: string) => (typeof row[key] === "number" ? row[key] : null);
  const bandAt = (row: XyRow, key: string) => {
    const band = row[bandKey(key)];
    return Array.isArray(band) ? band : [null, null];
  };
  return {
    head,
    rows: rows.map((row) => [
      row.x,
      ...series.map((each) => numberAt(row, each.id)),
      ...withBand.flatMap((each) => bandAt(row, each.id)),
    ]),
  };
}
