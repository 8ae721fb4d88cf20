import { sql } from "drizzle-orm";
import { requests } from "#db/schema/requests.ts";
import type { Ctx } from "#server/context.ts";
import { type RequestFilter, requestPeriodMinutes } from "#server/requests/input.ts";
import { barsOf, percentileOf } from "#server/requests/rollups/histogram.rule.ts";
import { foldedCalls, minuteRollups, rollups, totalsOf } from "#server/requests/rollups/read.ts";
import { matching, matchingSeries } from "#server/requests/where.ts";

/** Drawn in at most 120 buckets; those of an hour and more are whole hours. */
const bucketMinutesOf = { "15m": 1, "1h": 1, "24h": 12, "7d": 120, "30d": 360 } as const;
const hour = 60;
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
  const drawn = filter.search || bucketMinutes % hour === 0 ? found : minuteRollups(projectId, minutes, series);
  const [[whole], points, [clock]] = await Promise.all([
    totalsOf(db, found, ["ttft", "total"]),
    db.execute<{ at: string; answered: number; failed: number; all: number }>(sql`
      select date_bin(make_interval(mins => ${bucketMinutes}::int), at, 'epoch'::timestamptz)::text as at,
        coalesce(sum(calls) filter (where outcome = 'answered'), 0)::int as answered,
        coalesce(sum(calls) filter (where outcome = 'failed'), 0)::int as failed, sum(calls)::int as all
      from ${drawn} r group by 1 order by min(at)`),
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
    points: [...points].map((point) => ({ ...point, at: new Date(point.at) })),
    histogram: totalP99Ms === null ? null : barsOf(total, Math.max(totalP99Ms, 1), bins),
  };
}
