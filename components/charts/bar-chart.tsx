"use client";
import { Bar, CartesianGrid, BarChart as Plot, Tooltip, XAxis, YAxis } from "recharts";
import { type ChartBase, ChartFrame } from "#components/charts/chart-frame.tsx";
import { TooltipBox } from "#components/charts/chart-tooltip.tsx";
import { type Axis, type SeriesColor, seriesColor } from "#components/charts/chart-types.ts";
import { plotMargin, tickLook } from "#components/charts/plot-parts.tsx";
import { tickLabel, valueLabel, yScale } from "#components/charts/xy.ts";

export type BarSeries = { id: string; label: string; color?: SeriesColor; values: readonly (number | null)[] };

/** Values by category, side by side or stacked. Bars lie down when names are long or the screen is a phone's. */
export function BarChart({
  categories,
  categoryLabel,
  series,
  y,
  stacked = false,
  lying: wantsLying = false,
  ...frame
}: ChartBase & {
  categories: readonly string[];
  /** What the categories are: "Grader". */
  categoryLabel: string;
  /** `values` in the order of `categories`. */
  series: readonly BarSeries[];
  y: Axis;
  stacked?: boolean;
  /** Bars lie down at any width. */
  lying?: boolean;
}) {
  const rows = categories.map((category, at) => ({ category, at }));
  const known = series.flatMap((each) => each.values).filter((value) => value !== null);
  return (
    <ChartFrame
      {...frame}
      isEmpty={known.length === 0}
      legend={series}
      table={() => ({
        head: [{ label: categoryLabel }, ...series.map((each) => ({ label: each.label, format: y.format }))],
        rows: rows.map(({ category, at }) => [category, ...series.map((each) => each.values[at] ?? null)]),
      })}
    >
      {({ width, height, narrow, isolated }) => {
        const shown = series
          .map((each, index) => ({ ...each, fill: seriesColor(each, index) }))
          .filter((each) => isolated === undefined || each.id === isolated);
        const longest = Math.max(...categories.map((category) => category.length));
        const lying = wantsLying || narrow || longest * 6.2 > width / Math.max(1, categories.length);
        const sums = rows.flatMap(({ at }) =>
          stacked
            ? [shown.reduce((sum, each) => sum + (each.values[at] ?? 0), 0)]
            : shown.map((each) => each.values[at]),
        );
        const ys = yScale(y, sums);
        const values = {
          type: "number" as const,
          domain: [ys.lo, ys.hi],
          ticks: ys.ticks,
          tickFormatter: (value: number) => tickLabel(y, value, ys.ticks),
          tick: tickLook,
          tickLine: false,
          axisLine: false,
          interval: 0,
        };
        const names = {
          type: "category" as const,
          dataKey: "category",
          tick: tickLook,
          tickLine: false,
          axisLine: { stroke: "var(--line)" },
          interval: 0,
        };
        const title = { value: y.label, ...tickLook };
        return (
          <Plot
            width={width}
            height={height}
            data={rows}
            layout={lying ? "vertical" : "horizontal"}
            margin={plotMargin(narrow && !lying)}
            barCategoryGap="24%"
          >
            <CartesianGrid vertical={lying} horizontal={!lying} stroke="var(--line)" />
            {lying ? (
              <XAxis {...values} height={26} label={{ ...title, position: "insideBottom", offset: -12 }} />
            ) : (
              <XAxis {...names} height={22} />
            )}
            {lying ? (
              <YAxis {...names} width={Math.min(Math.max(140, width * 0.35), Math.ceil(longest * 6.2) + 12)} />
            ) : (
              <YAxis
                {...values}
                width={64}
                label={{ ...title, angle: -90, position: "insideLeft", style: { textAnchor: "middle" } }}
              />
            )}
            {shown.map((each) => (
              <Bar
                key={each.id}
                dataKey={(row: { at: number }) => each.values[row.at]}
                name={each.id}
                fill={each.fill}
                maxBarSize={36}
                isAnimationActive={false}
                {...(stacked ? { stackId: "all" } : { radius: 2 })}
              />
            ))}
            <Tooltip
              isAnimationActive={false}
              cursor={{ fill: "var(--hover)", opacity: 0.6 }}
              content={({ active, label }) => {
                const row = rows.find((candidate) => candidate.category === label);
                if (!active || !row) return null;
                return (
                  <TooltipBox
                    head={row.category}
                    lines={shown.map((each) => ({
                      key: each.id,
                      label: each.label,
                      color: each.fill,
                      value: valueLabel(y, each.values[row.at]),
                    }))}
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
