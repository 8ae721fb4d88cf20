"use client";
import { AreaChart } from "#components/charts/area-chart.tsx";
import type { Series, SeriesColor } from "#components/charts/chart-types.ts";
import { Histogram } from "#components/charts/histogram.tsx";
import type { SummaryData } from "#components/requests/data.ts";
import { formatDurationMs, plural } from "#components/ui/format.ts";

const minuteMs = 60_000;
const dayMinutes = 1_440;

/** Requests per minute by outcome; a minute without a row is a zero, since every request is logged. */
export function RateChart({ summary }: { summary: SummaryData | undefined }) {
  const minutes = summary?.bucketMinutes ?? 1;
  return (
    <AreaChart
      title="Requests per minute"
      height={220}
      loading={!summary}
      series={summary && summary.requests > 0 ? seriesOf(summary) : []}
      x={{ label: "Time", format: (summary?.minutes ?? 0) > dayMinutes ? "date" : "clock" }}
      y={{ label: "Requests per minute" }}
      noData="No request came in this time."
      note={`Counted by the gateways, averaged over ${formatDurationMs(minutes * minuteMs)}.`}
    />
  );
}

function seriesOf(summary: SummaryData): Series[] {
  const step = summary.bucketMinutes * minuteMs;
  const first = Math.ceil((summary.now.getTime() - summary.minutes * minuteMs) / step) * step;
  const last = Math.floor(summary.now.getTime() / step) * step;
  const times = Array.from({ length: Math.max(0, (last - first) / step + 1) }, (_, i) => first + i * step);
  const at = new Map(summary.points.map((point) => [point.at.getTime(), point]));
  const parts: [
    id: string,
    label: string,
    color: SeriesColor,
    count: (point: SummaryData["points"][number]) => number,
  ][] = [
    ["answered", "answered", 1, (point) => point.answered],
    ["other", "rejected or aborted", 3, (point) => point.all - point.answered - point.failed],
    ["failed", "failed", 4, (point) => point.failed],
  ];
  const used = parts.filter(([id, , , count]) => id === "answered" || summary.points.some((point) => count(point) > 0));
  return used.map(([id, label, color, count]) => ({
    id,
    label,
    color,
    points: times.map((x) => {
      const point = at.get(x);
      return { x, y: point ? count(point) / summary.bucketMinutes : 0 };
    }),
  }));
}

/** How long whole answers took, up to the 99th percentile; what lies beyond is said, not drawn. */
export function LatencyChart({ summary }: { summary: SummaryData | undefined }) {
  const histogram = summary?.histogram;
  const markers = [
    { x: summary?.totalP50Ms, label: "p50" },
    { x: summary?.totalP95Ms, label: "p95" },
  ].flatMap(({ x, label }) => (typeof x === "number" ? [{ x, label }] : []));
  const top = histogram?.edges.at(-1);
  return (
    <Histogram
      title="Total time of answers"
      height={220}
      loading={!summary}
      edges={histogram?.edges ?? [0, 1]}
      counts={histogram?.counts ?? [0]}
      x={{ label: "Received to last byte (ms)", format: "ms" }}
      countLabel="Requests"
      markers={markers}
      noData="No answer was given in this time."
      note={
        histogram && top !== undefined && histogram.beyond > 0
          ? `${plural(histogram.beyond, "answer")} took longer than ${formatDurationMs(top)}.`
          : "On the gateway's monotonic clock, queue time included."
      }
    />
  );
}
