"use client";
import { useMemo, useState } from "react";
import { Area, ComposedChart, Line, ReferenceArea, Tooltip } from "recharts";
import { type ChartBase, ChartFrame } from "#components/charts/chart-frame.tsx";
import { TooltipBox } from "#components/charts/chart-tooltip.tsx";
import {
  type Axis,
  type ChartEvent,
  type Series,
  seriesColor,
  type Threshold,
} from "#components/charts/chart-types.ts";
import { plotMargin, plotParts } from "#components/charts/plot-parts.tsx";
import {
  bandKey,
  hasPoints,
  headLabel,
  nearest,
  tickLabel,
  toRows,
  valueLabel,
  valuesOf,
  xScale,
  xyTable,
  yScale,
} from "#components/charts/xy.ts";

/** A part of the x axis, ends included. */
export type Range = { from: number; to: number };

function numberOf(label: unknown): number | null {
  const value = label === undefined || label === null ? Number.NaN : Number(label);
  return Number.isFinite(value) ? value : null;
}

/** On a log axis what is not above zero has no place. */
function onlyPositive(series: Series): Series {
  return {
    ...series,
    points: series.points.map((point) => (point.y !== null && point.y <= 0 ? { ...point, y: null } : point)),
  };
}

/** A reading taken further away than this share of the axis says where it was taken. */
const elsewhereShare = 0.01;

/** Lines over a number or a time, with confidence bands where points carry `lo` and `hi`. */
export function LineChart({
  series,
  x,
  y,
  events = [],
  thresholds = [],
  syncId,
  onZoom,
  ...frame
}: ChartBase & {
  series: readonly Series[];
  x: Axis;
  y: Axis;
  events?: readonly ChartEvent[];
  thresholds?: readonly Threshold[];
  /** Charts with the same word are read together. */
  syncId?: string;
  /** Dragging across the plot asks for this part of the x axis. */
  onZoom?: (range: Range) => void;
}) {
  const drawn = useMemo(() => (y.log ? series.map(onlyPositive) : series), [series, y.log]);
  const rows = useMemo(() => toRows(drawn), [drawn]);
  const [drag, setDrag] = useState<Range | null>(null);
  const begin = (label: unknown) => {
    const at = onZoom ? numberOf(label) : null;
    if (at !== null) setDrag({ from: at, to: at });
  };
  const move = (label: unknown) => {
    const at = drag ? numberOf(label) : null;
    if (drag && at !== null) setDrag({ from: drag.from, to: at });
  };
  const end = () => {
    if (drag && drag.from !== drag.to)
      onZoom?.({ from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) });
    setDrag(null);
  };
  return (
    <ChartFrame
      {...frame}
      isEmpty={!hasPoints(series)}
      legend={series.filter((each) => !each.faint)}
      table={() => xyTable(x, y, series)}
      events={events.map((event) => ({ when: valueLabel(x, event.x), label: event.label }))}
    >
      {({ width, height, narrow, isolated }) => {
        const shown = drawn
          .map((each, index) => ({ ...each, stroke: seriesColor(each, index) }))
          .filter((each) => isolated === undefined || each.id === isolated);
        const limits = thresholds.map((threshold) => threshold.y);
        const xs = xScale(x, series, events, narrow);
        const ys = yScale(y, [...shown.flatMap((each) => valuesOf(each.points)), ...limits]);
        return (
          <ComposedChart
            width={width}
            height={height}
            data={rows}
            margin={plotMargin(narrow)}
            {...(syncId ? { syncId } : {})}
            {...(onZoom ? { className: "cursor-crosshair select-none" } : {})}
            onMouseDown={({ activeLabel }) => begin(activeLabel)}
            onMouseMove={({ activeLabel }) => move(activeLabel)}
            onMouseUp={end}
            onMouseLeave={end}
          >
            {plotParts({ x, y, xs, ys, width, narrow, events, thresholds })}
            {shown.map((each) => (
              <Area
                key={bandKey(each.id)}
                dataKey={bandKey(each.id)}
                stroke="none"
                fill={each.stroke}
                fillOpacity={0.14}
                isAnimationActive={false}
                activeDot={false}
                connectNulls
                tooltipType="none"
              />
            ))}
            {shown.map((each) => (
              <Line
                key={each.id}
                dataKey={each.id}
                stroke={each.stroke}
                strokeWidth={each.faint ? 1 : 1.75}
                strokeOpacity={each.faint ? 0.35 : 1}
                {...(each.dashed ? { strokeDasharray: "5 4" } : {})}
                dot={each.dots ? { r: 3, fill: "var(--panel)", strokeWidth: 2 } : false}
                activeDot={each.faint ? false : { r: 3.5, strokeWidth: 0 }}
                connectNulls={series.length > 1 && !each.points.some((point) => point.y === null)}
                isAnimationActive={false}
                {...(each.faint ? { tooltipType: "none" as const } : {})}
              />
            ))}
            {drag && drag.from !== drag.to && (
              <ReferenceArea x1={drag.from} x2={drag.to} fill="var(--accent)" fillOpacity={0.12} />
            )}
            <Tooltip
              isAnimationActive={false}
              cursor={{ stroke: "var(--ink-3)", strokeWidth: 1 }}
              content={({ active, label }) => {
                if (!active || typeof label !== "number") return null;
                const lines = shown.flatMap((each) => {
                  const point = each.faint ? undefined : nearest(each.points, label);
                  if (!point) return [];
                  const elsewhere = Math.abs(point.x - label) > (xs.hi - xs.lo) * elsewhereShare;
                  const value = `${valueLabel(y, point.y)}${elsewhere ? ` at ${tickLabel(x, point.x)}` : ""}`;
                  return [{ key: each.id, label: each.label, color: each.stroke, value }];
                });
                return <TooltipBox head={headLabel(x, label)} lines={lines} />;
              }}
            />
          </ComposedChart>
        );
      }}
    </ChartFrame>
  );
}
