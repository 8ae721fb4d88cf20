import type { Point, Series, SeriesColor } from "#components/charts/chart-types.ts";
import { revisionColor } from "#components/deployments/revision-color.rule.ts";

type Revision = {
  id: string;
  number: number;
  deploymentId: string;
  deployment: string;
  model: string;
  version: number;
};
export type Traffic = {
  bucketMinutes: number;
  windowHours: number;
  counts: readonly { at: Date; revisionId: string | null; count: number }[];
  revisions: readonly Revision[];
};

const minuteMs = 60_000;
/** The order for series that are neither baseline nor candidate. */
const others: readonly SeriesColor[] = [2, 5, 3, 6, 4];
const mostRevisions = 6;

/** A running bucket younger than this says nothing about a rate yet: while it is empty it would look like a fall. */
const leastMs = 3 * minuteMs;

/**
 * Requests per minute as stacked series. One deployment is split into its revisions, several are shown whole: the
 * busiest by name, the rest together. The running bucket counts only the minutes that have passed, at least one.
 */
export function trafficSeries(traffic: Traffic, now: Date): { series: Series[]; byRevision: boolean } {
  const bucketMs = traffic.bucketMinutes * minuteMs;
  const deployments = new Set(traffic.revisions.map((revision) => revision.deploymentId));
  const byRevision = deployments.size <= 1;
  const revisionOf = new Map(traffic.revisions.map((revision) => [revision.id, revision]));
  const key = (revisionId: string | null) => {
    const revision = revisionId === null ? undefined : revisionOf.get(revisionId);
    if (!revision) return "none";
    return byRevision ? revision.id : revision.deploymentId;
  };

  const first = Math.ceil((now.getTime() - traffic.windowHours * 3_600_000) / bucketMs) * bucketMs;
  const buckets: number[] = [];
  const settled = now.getTime() - Math.min(leastMs, bucketMs);
  const newest = Math.max(0, ...traffic.counts.map(({ at }) => at.getTime()));
  const last = Math.max(settled, Math.min(newest, now.getTime()));
  for (let at = first; at <= last; at += bucketMs) buckets.push(at);
  const counted = new Map<string, Map<number, number>>();
  for (const { at, revisionId, count } of traffic.counts) {
    const row = counted.get(key(revisionId)) ?? new Map<number, number>();
    row.set(at.getTime(), (row.get(at.getTime()) ?? 0) + count);
    counted.set(key(revisionId), row);
  }

  const pointsOf = (id: string): Point[] =>
    buckets.map((at) => {
      const minutes = Math.max(1, Math.min(traffic.bucketMinutes, (now.getTime() - at) / minuteMs));
      return { x: at, y: (counted.get(id)?.get(at) ?? 0) / minutes };
    });
  const sumOf = (id: string) => [...(counted.get(id)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
  const busiest = [...deployments].sort((a, b) => sumOf(b) - sumOf(a));
  const rest = byRevision ? [] : busiest.splice(others.length);
  counted.set("rest", together(rest.map((id) => counted.get(id))));
  const named = byRevision
    ? colored(traffic.revisions)
    : busiest.map((id, index) => ({
        id,
        label: traffic.revisions.find((revision) => revision.deploymentId === id)?.deployment ?? id,
        color: others[index],
      }));
  const direct = counted.has("none") ? [{ id: "none", label: "without deployment", color: 7 as const }] : [];
  const label = rest.length === 1 ? "1 other deployment" : `${rest.length} other deployments`;
  const summed = rest.length > 0 ? [{ id: "rest", label, color: 0 as const }] : [];
  const series = [...named, ...summed, ...direct].map((each) => ({ ...each, points: pointsOf(each.id) }));
  return { series, byRevision };
}

function together(counts: readonly (Map<number, number> | undefined)[]) {
  const sum = new Map<number, number>();
  for (const one of counts) for (const [at, count] of one ?? []) sum.set(at, (sum.get(at) ?? 0) + count);
  return sum;
}

function colored(revisions: readonly Revision[]): Omit<Series, "points">[] {
  const sorted = [...revisions].sort((a, b) => a.number - b.number).slice(-mostRevisions);
  return sorted.map(({ id, number, model, version }) => ({
    id,
    label: `v${number} ${model}/${version}`,
    color: revisionColor(number),
  }));
}
