"use client";
import { Bar, CartesianGrid, BarChart as Plot, ReferenceLine, Tooltip, XAxis, YAxis } from "recharts";
import { type ChartBase, ChartFrame } from "#components/charts/chart-frame.tsx";
import { TooltipBox } from "#components/charts/chart-tooltip.tsx";
import { type Axis, type ChartEvent, type SeriesColor, seriesColor } from "#components/charts/chart-types.ts";
import { placeLabels } from "#components/charts/labels.rule.ts";
import { markLabel, plotMargin, tickLook } from "#components/charts/plot-parts.tsx";
import { innerTicks } from "#components/charts/scale.rule.ts";
import { tickLabel, valueLabel, yScale } from "#components/charts/xy.ts";
import { formatNumber } from "#components/ui/format.ts";

/** How often values fall into equal bins: `edges` has one more entry than `counts`. Bars touch, as bins do. */
export function Histogram({
  edges,
  counts,
  x,
  countLabel = "Rows",
  color,
  markers = [],
  ...frame
}: ChartBase & {
  edges: readonly number[];
  counts: readonly number[];
  x: Axis;
  countLabel?: string;
  color?: SeriesColor;
  /** Quantiles, limits: {x, label}. */
  markers?: readonly ChartEvent[];
}) {
  const bins = counts.map((count, at) => {
    const [from, to] = [edges[at] ?? at, edges[at + 1] ?? at + 1];
    return { count, from, to, middle: (from + to) / 2 };
  });
  const fill = seriesColor({ color }, 0);
  const y: Axis = { label: countLabel, whole: true };
  return (
    <ChartFrame
      {...frame}
      isEmpty={counts.every((count) => count === 0)}
      table={() => ({
        head: [
          { label: `${x.label}, from`, format: x.format },
          { label: "to", format: x.format },
          { label: countLabel },
        ],
        rows: bins.map((bin) => [bin.from, bin.to, bin.count]),
      })}
      events={markers.map((marker) => ({ when: valueLabel(x, marker.x), label: marker.label }))}
    >
      {({ width, height, narrow }) => {
        const lo = edges[0] ?? 0;
        const hi = edges.at(-1) ?? 1;
        const ys = yScale(y, counts);
        const left = Math.max(...ys.ticks.map((tick) => formatNumber(tick).length)) * 6.2 + 26;
        const margin = plotMargin(false);
        const plotPx = width - left - margin.left - margin.right;
        const barSize = Math.max(1, plotPx / bins.length);
        const ticks = innerTicks(lo, hi, narrow ? 4 : 8, x.whole);
        const drawn = markers.map(({ x: at, label }) => ({ x: at, label: `${label} ${valueLabel(x, at)}` }));
        const labels = placeLabels(drawn, { lo, hi }, plotPx);
        return (
          <Plot width={width} height={height} data={bins} margin={margin} barCategoryGap={0} barGap={0}>
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="middle"
              type="number"
              domain={[lo, hi]}
              ticks={ticks}
              tickFormatter={(value: number) => tickLabel(x, value, ticks)}
              tick={tickLook}
              tickLine={false}
              axisLine={{ stroke: "var(--line)" }}
              height={26}
              label={{ value: x.label, position: "insideBottom", offset: -12, ...tickLook }}
            />
            <YAxis
              domain={[ys.lo, ys.hi]}
              ticks={ys.ticks}
              tickFormatter={(value: number) => formatNumber(value)}
              tick={tickLook}
              tickLine={false}
              axisLine={false}
              width={left}
              interval={0}
              label={{
                value: countLabel,
                angle: -90,
                position: "insideLeft",
                style: { textAnchor: "middle" },
                ...tickLook,
              }}
            />
            <Bar
              dataKey="count"
              barSize={barSize}
              fill={fill}
              stroke="var(--panel)"
              strokeWidth={1}
              isAnimationActive={false}
            />
            {drawn.map((marker, index) => (
              <ReferenceLine
                key={marker.label}
                x={marker.x}
                stroke="var(--ink-3)"
                strokeDasharray="3 3"
                {...(narrow ? {} : markLabel(marker.label, labels[index]))}
              />
            ))}
            <Tooltip
              isAnimationActive={false}
              cursor={{ fill: "var(--hover)", opacity: 0.6 }}
              content={({ active, label }) => {
                const bin = bins.find((candidate) => candidate.middle === label);
                if (!active || !bin) return null;
                const share = bin.count / counts.reduce((sum, count) => sum + count, 0);
                return (
                  <TooltipBox
                    head={`${valueLabel(x, bin.from)} to ${valueLabel(x, bin.to)}`}
                    lines={[
                      { key: "count", label: countLabel, color: fill, value: formatNumber(bin.count) },
                      {
                        key: "share",
                        label: "of all",
                        color: "transparent",
                        value: `${formatNumber(share * 100, 1)} %`,
                      },
                    ]}
                  />
                );
              }}
            />
          </Plot>
        );
      }}
    </ChartFrame>
  );
}
