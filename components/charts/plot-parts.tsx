"use client";
import { CartesianGrid, ReferenceLine, XAxis, YAxis } from "recharts";
import type { Axis, ChartEvent, Threshold } from "#components/charts/chart-types.ts";
import { tickWords } from "#components/charts/xy.ts";

type Scale = { lo: number; hi: number; ticks: number[] };

export const tickLook = { fill: "var(--ink-3)", fontSize: 11 };
const wideMargin = { top: 12, right: 16, bottom: 20, left: 8 };
const narrowMargin = { top: 12, right: 12, bottom: 4, left: 0 };

export function plotMargin(narrow: boolean) {
  return narrow ? narrowMargin : wideMargin;
}

/** Wide enough for the longest tick, so that the plot does not move when live values grow a digit. */
function tickWidth(axis: Axis, ticks: readonly number[]) {
  const longest = Math.max(...ticks.map((tick) => tickWords(axis, tick, ticks).length), 2);
  return Math.ceil(longest * 6.2) + 10;
}

/** Grid, axes with titles, event markers and limits: the same on line and area. */
export function plotParts({
  x,
  y,
  xs,
  ys,
  narrow,
  events = [],
  thresholds = [],
}: {
  x: Axis;
  y: Axis;
  xs: Scale;
  ys: Scale;
  narrow: boolean;
  events?: readonly ChartEvent[];
  thresholds?: readonly Threshold[];
}) {
  return [
    <CartesianGrid key="grid" vertical={false} stroke="var(--line)" />,
    <XAxis
      key="x"
      dataKey="x"
      type="number"
      domain={[xs.lo, xs.hi]}
      ticks={xs.ticks}
      tickFormatter={(value: number) => tickWords(x, value, xs.ticks)}
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
      ticks={ys.ticks}
      tickFormatter={(value: number) => tickWords(y, value, ys.ticks)}
      tick={tickLook}
      tickLine={false}
      axisLine={false}
      width={tickWidth(y, ys.ticks) + (narrow ? 0 : 16)}
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
        {...(narrow
          ? {}
          : {
              label: {
                value: event.label,
                position: sideOf(event.x, xs),
                offset: 4,
                dy: (index % 3) * 13,
                ...tickLook,
              },
            })}
      />
    )),
  ];
}

/** Words near the right end stand left of their line, else the plot's edge would cut them. */
function sideOf(x: number, { lo, hi }: Scale) {
  return x > lo + (hi - lo) * 0.8 ? ("insideTopRight" as const) : ("insideTopLeft" as const);
}
