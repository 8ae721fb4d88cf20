import { sql } from "drizzle-orm";
import { requests } from "#db/schema/requests.ts";
import type { Ctx } from "#server/context.ts";
import { type RequestFilter, requestPeriodMinutes } from "#server/requests/input.ts";
import { barsOf, percentileOf } from "#server/requests/rollups/histogram.rule.ts";
import { drawCalls, drawn, foldedCalls, rollups, totalsOf } from "#server/requests/rollups/read.ts";
import { matching, matchingSeries } from "#server/requests/where.ts";

/** Drawn in at most 120 buckets, of minutes, of whole five minutes or of whole hours. */
const bucketMinutesOf = { "15m": 1, "1h": 1, "24h": 15, "7d": 120, "30d": 360 } as const;
const bins = 24;

/**
 * What a filter's requests were like: counts by outcome, percentiles in ms (at most 2.5 % off; null = nothing to measure),
 * tokens, cost in nanodollars with how many calls were priced; requests in buckets of `bucketMinutes` (empty ones have no
 * row); and a histogram of the total time of answered calls from 0 to their 99th percentile (`beyond` counts the rest).
 * The period begins with a whole minute. Read from rollups; only a search (an id, an error code) looks through the calls.
 */
export async function summariseRequests(ctx: Ctx, filter: RequestFilter) {
  const { db, projectId } = ctx;
  const minutes = requestPeriodMinutes[filter.period];
  const bucketMinutes = bucketMinutesOf[filter.period];
  const series = matchingSeries(filter);
  const found = filter.search
    ? foldedCalls(sql`select * from ${requests} where ${matching(ctx, filter)}`)
    : rollups(projectId, minutes, series);
  const draw = () =>
    filter.search ? drawn(db, found, bucketMinutes) : drawCalls(db, projectId, minutes, bucketMinutes, series);
  const [[whole], points, [clock]] = await Promise.all([
    totalsOf(db, found, ["ttft", "total"]),
    draw(),
    db.execute<{ now: string }>(sql`select now()::text as now`),
  ]);
  if (!whole) throw new Error("an aggregate without a row");
  const { histograms, revisionId, ...totals } = whole;
  const { ttft = [], total = [] } = histograms;
  const totalP99Ms = percentileOf(total, 0.99);
  return {
    ...totals,
    promptTokens: totals.promptTokens ?? 0,
    completionTokens: totals.completionTokens ?? 0,
    ttftP50Ms: percentileOf(ttft, 0.5),
    ttftP95Ms: percentileOf(ttft, 0.95),
    totalP50Ms: percentileOf(total, 0.5),
    totalP95Ms: percentileOf(total, 0.95),
    totalP99Ms,
    minutes,
    bucketMinutes,
    now: new Date(clock?.now ?? 0),
    points: wholePoints(points),
    histogram: totalP99Ms === null ? null : barsOf(total, Math.max(totalP99Ms, 1), bins),
  };
}

/** One point a bucket, whichever revisions answered. */
function wholePoints(points: Awaited<ReturnType<typeof drawn>>) {
  const at = new Map<number, { at: Date; answered: number; failed: number; all: number }>();
  for (const point of points) {
    const { answered, failed, all } = at.get(point.at.getTime()) ?? { answered: 0, failed: 0, all: 0 };
    const sum = { answered: answered + point.answered, failed: failed + point.failed, all: all + point.calls };
    at.set(point.at.getTime(), { at: point.at, ...sum });
  }
  return [...at.values()];
}
