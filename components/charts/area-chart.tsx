"use client";
import { useMemo } from "react";
import { Area, AreaChart as Plot, Tooltip } from "recharts";
import { type ChartBase, ChartFrame } from "#components/charts/chart-frame.tsx";
import { TooltipBox } from "#components/charts/chart-tooltip.tsx";
import { type Axis, type ChartEvent, type Series, seriesColor } from "#components/charts/chart-types.ts";
import { plotMargin, plotParts } from "#components/charts/plot-parts.tsx";
import {
  hasPoints,
  headLabel,
  toRows,
  valueLabel,
  type XyRow,
  xScale,
  xyTable,
  yScale,
} from "#components/charts/xy.ts";

/** Parts of a whole over time, stacked in the order given. A series without a value at some x adds nothing there. */
export function AreaChart({
  series,
  x,
  y,
  events = [],
  ...frame
}: ChartBase & { series: readonly Series[]; x: Axis; y: Axis; events?: readonly ChartEvent[] }) {
  const rows = useMemo(() => toRows(series), [series]);
  const numberAt = (row: XyRow, id: string) => (typeof row[id] === "number" ? row[id] : 0);
  return (
    <ChartFrame
      {...frame}
      isEmpty={!hasPoints(series)}
      legend={series}
      table={() => xyTable(x, y, series)}
      events={events.map((event) => ({ when: valueLabel(x, event.x), label: event.label }))}
    >
      {({ width, height, narrow, isolated }) => {
        const shown = series
          .map((each, index) => ({ ...each, stroke: seriesColor(each, index) }))
          .filter((each) => isolated === undefined || each.id === isolated);
        const xs = xScale(x, series, events, narrow);
        const ys = yScale(
          y,
          rows.map((row) => shown.reduce((sum, each) => sum + numberAt(row, each.id), 0)),
        );
        return (
          <Plot width={width} height={height} data={rows} margin={plotMargin(narrow)}>
            {plotParts({ x, y, xs, ys, width, narrow, events })}
            {shown.map((each) => (
              <Area
                key={each.id}
                dataKey={(row: XyRow) => numberAt(row, each.id)}
                name={each.id}
                stackId="all"
                // no outline: one of zeros would be drawn on top of the series below it
                stroke="none"
                fill={each.stroke}
                fillOpacity={0.85}
                isAnimationActive={false}
                activeDot={{ r: 3, strokeWidth: 0, fill: each.stroke }}
              />
            ))}
            <Tooltip
              isAnimationActive={false}
              cursor={{ stroke: "var(--ink-3)", strokeWidth: 1 }}
              content={({ active, label, payload }) => {
                if (!active || typeof label !== "number") return null;
                const lines = shown.map((each) => {
                  const value = payload.find((entry) => entry.name === each.id)?.value;
                  return {
                    key: each.id,
                    label: each.label,
                    color: each.stroke,
                    value: valueLabel(y, typeof value === "number" ? value : null),
                  };
                });
                return <TooltipBox head={headLabel(x, label)} lines={lines.reverse()} />;
              }}
            />
          </Plot>
        );
      }}
    </ChartFrame>
  );
}
