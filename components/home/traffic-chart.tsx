import { AreaChart } from "#components/charts/area-chart.tsx";
import type { HomeData } from "#components/home/home-data.ts";
import { trafficSeries } from "#components/home/traffic.rule.ts";

export function TrafficChart({ data }: { data: HomeData }) {
  const { series, byRevision } = trafficSeries(data.traffic, data.at);
  const { windowHours, bucketMinutes, counts } = data.traffic;
  return (
    <AreaChart
      title={`Traffic by ${byRevision ? "revision" : "deployment"}, last ${windowHours} h`}
      height={220}
      series={counts.length > 0 ? series : []}
      x={{ label: "Time", format: "clock" }}
      y={{ label: "Requests per minute" }}
      noData="No request came in the last 24 hours."
      note={`Requests per minute, averaged over ${bucketMinutes === 1 ? "one minute" : `${bucketMinutes} minutes`}.`}
    />
  );
}
