"use client";
import { useQuery } from "@tanstack/react-query";
import { AreaChart } from "#components/charts/area-chart.tsx";
import type { Series } from "#components/charts/chart-types.ts";
import type { DeploymentData, TrafficData } from "#components/deployments/data.ts";
import { revisionColor } from "#components/deployments/revision-color.rule.ts";
import { useTRPC } from "#components/trpc.tsx";
import { formatDurationMs } from "#components/ui/format.ts";
import { movesOf } from "#server/deployments/timeline.rule.ts";
import { percent } from "#server/deployments/weights.rule.ts";

/** Requests per minute by revision, with a mark where the traffic was moved. */
export function TrafficChart({
  deployment,
  traffic,
}: {
  deployment: DeploymentData;
  traffic: TrafficData | undefined;
}) {
  const trpc = useTRPC();
  const timeline = useQuery(trpc.deployments.timeline.queryOptions({ deploymentId: deployment.id }));
  const from = traffic ? traffic.now.getTime() - traffic.minutes * 60_000 : 0;
  const events = (timeline.data?.items ?? [])
    .filter((item) => item.outcome === "done" && item.at.getTime() > from)
    .flatMap((item) => {
      const move = movesOf(item.detail).find((one) => one.to > one.from);
      return move ? [{ x: item.at.getTime(), label: `${move.name} ${percent(move.from)} → ${percent(move.to)}` }] : [];
    });
  const minutes = traffic?.bucketMinutes ?? 1;
  return (
    <AreaChart
      title={`Requests per minute, last ${traffic?.minutes ?? 60} min`}
      height={220}
      loading={!traffic}
      series={traffic && traffic.points.length > 0 ? seriesOf(deployment, traffic, from) : []}
      x={{ label: "Time", format: "clock" }}
      y={{ label: "Requests per minute" }}
      events={events}
      noData={`No request came in this time.${deployment.archivedAt ? "" : " Call it as shown below, and it appears here."}`}
      note={`Counted by the gateways, averaged over ${formatDurationMs(minutes * 60_000)}.`}
    />
  );
}

/** Oldest first; a minute without a request is a zero, since every request is logged. */
function seriesOf(deployment: DeploymentData, traffic: TrafficData, from: number): Series[] {
  const step = traffic.bucketMinutes * 60_000;
  const first = Math.ceil(from / step) * step;
  const last = Math.floor(traffic.now.getTime() / step) * step;
  const times = Array.from({ length: Math.max(0, (last - first) / step + 1) }, (_, i) => first + i * step);
  const retired = deployment.retired.filter((one) => traffic.points.some((point) => point.revisionId === one.id));
  const named = [...deployment.revisions, ...retired].sort((a, b) => a.number - b.number);
  return named.flatMap((revision) => {
    const counts = new Map(
      traffic.points
        .filter((point) => point.revisionId === revision.id)
        .map((point) => [point.at.getTime(), point.count]),
    );
    if (counts.size === 0) return []; // a line of zeros would lie on top of the others
    const points = times.map((x) => ({ x, y: (counts.get(x) ?? 0) / traffic.bucketMinutes }));
    return [{ id: revision.id, label: `v${revision.number}`, color: revisionColor(revision.number), points }];
  });
}
