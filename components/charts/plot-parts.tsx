"use client";
import { CartesianGrid, ReferenceLine, XAxis, YAxis } from "recharts";
import type { Axis, ChartEvent, Threshold } from "#components/charts/chart-types.ts";
import { type PlacedLabel, placeLabels } from "#components/charts/labels.rule.ts";
import { tickLabel } from "#components/charts/xy.ts";

type Scale = { lo: number; hi: number; ticks: number[] };

export const tickLook = { fill: "var(--ink-3)", fontSize: 11 };
const wideMargin = { top: 12, right: 16, bottom: 20, left: 8 };
const narrowMargin = { top: 12, right: 12, bottom: 4, left: 0 };

export function plotMargin(narrow: boolean) {
  return narrow ? narrowMargin : wideMargin;
}

/** Wide enough for the longest tick, so that the plot does not move when live values grow a digit. */
function tickWidth(axis: Axis, ticks: readonly number[]) {
  const longest = Math.max(...ticks.map((tick) => tickLabel(axis, tick, ticks).length), 2);
  return Math.ceil(longest * 6.2) + 10;
}

/** Grid, axes with titles, event markers and limits: the same on line and area. */
export function plotParts({
  x,
  y,
  xs,
  ys,
  width,
  narrow,
  events = [],
  thresholds = [],
}: {
  x: Axis;
  y: Axis;
  xs: Scale;
  ys: Scale;
  /** of the whole picture, axes included */
  width: number;
  narrow: boolean;
  events?: readonly ChartEvent[];
  thresholds?: readonly Threshold[];
}) {
  const yWidth = tickWidth(y, ys.ticks) + (narrow ? 0 : 16);
  const { left, right } = plotMargin(narrow);
  const labels = placeLabels(events, xs, width - yWidth - left - right);
  return [
    <CartesianGrid key="grid" vertical={false} stroke="var(--line)" />,
    <XAxis
      key="x"
      dataKey="x"
      type="number"
      domain={[xs.lo, xs.hi]}
      allowDataOverflow
      ticks={xs.ticks}
      tickFormatter={(value: number) => tickLabel(x, value, xs.ticks)}
      tick={tickLook}
      tickLine={false}
      axisLine={{ stroke: "var(--line)" }}
      height={narrow ? 22 : 26}
      interval="preserveStartEnd"
      minTickGap={12}
      {...(narrow ? {} : { label: { value: x.label, position: "insideBottom", offset: -12, ...tickLook } })}
    />,
    <YAxis
      key="y"
      domain={[ys.lo, ys.hi]}
      {...(y.log ? { scale: "log" as const } : {})}
      ticks={ys.ticks}
      tickFormatter={(value: number) => tickLabel(y, value, ys.ticks)}
      tick={tickLook}
      tickLine={false}
      axisLine={false}
      width={yWidth}
      interval={0}
      allowDataOverflow
      {...(narrow
        ? {}
        : {
            label: {
              value: y.label,
              angle: -90,
              position: "insideLeft",
              offset: 0,
              style: { textAnchor: "middle" },
              ...tickLook,
            },
          })}
    />,
    ...thresholds.map((threshold) => (
      <ReferenceLine
        key={`limit ${threshold.label}`}
        y={threshold.y}
        stroke="var(--hold)"
        strokeDasharray="4 3"
        label={{ value: threshold.label, position: "insideTopRight", ...tickLook, fill: "var(--hold)" }}
      />
    )),
    ...events.map((event, index) => (
      <ReferenceLine
        key={`event ${event.x} ${event.label}`}
        x={event.x}
        stroke="var(--line-strong)"
        strokeDasharray="3 3"
        {...(narrow ? {} : markLabel(event.label, labels[index]))}
      />
    )),
  ];
}

/** Words that may stand over a bar or a curve stay readable there. */
const halo = { stroke: "var(--panel)", strokeWidth: 3, paintOrder: "stroke" } as const;

/** The words beside a vertical line, where `placeLabels` found room for them. */
export function markLabel(label: string, placed: PlacedLabel | undefined) {
  if (!placed) return {};
  const position = placed.side === "left" ? ("insideTopRight" as const) : ("insideTopLeft" as const);
  return { label: { value: label, position, offset: 4, dy: placed.lane * 13, ...tickLook, ...halo } };
}
