import { sql } from "drizzle-orm";
import { requests } from "#db/schema/requests.ts";
import type { Ctx } from "#server/context.ts";
import { type RequestFilter, requestPeriodMinutes } from "#server/requests/input.ts";
import { callerLeft } from "#server/requests/outcome.rule.ts";
import { matching } from "#server/requests/where.ts";

const bucketsAtMost = 120;
const bins = 24;

/**
 * What a filter's requests were like: counts by outcome, percentiles in ms (null = nothing to measure), tokens, cost in
 * nanodollars with how many calls were priced; requests in buckets of `bucketMinutes` (empty ones have no row); and a
 * histogram of the total time of answered calls from 0 to their 99th percentile (`beyond` counts the rest).
 */
export async function summariseRequests(ctx: Ctx, filter: RequestFilter) {
  const minutes = requestPeriodMinutes[filter.period];
  const bucketMinutes = Math.max(1, Math.ceil(minutes / bucketsAtMost));
  const where = matching(ctx, filter);
  const answered = sql`filter (where ${requests.status} < 400)`;
  const failed = sql`filter (where ${requests.status} >= 500)`;
  const ttft = (share: number) => sql<number | null>`percentile_cont(${sql.raw(String(share))}) within group
    (order by ${requests.ttftMs})`;
  const total = (share: number) => sql<number | null>`percentile_cont(${sql.raw(String(share))}) within group
    (order by ${requests.totalMs}) ${answered}`;
  const bucket = sql<Date>`date_bin(make_interval(mins => ${sql.raw(String(bucketMinutes))}), ${requests.receivedAt},
    'epoch'::timestamptz)`;
  const [[totals], points, [clock]] = await Promise.all([
    ctx.db
      .select({
        requests: sql<number>`count(*)::int`,
        answered: sql<number>`(count(*) ${answered})::int`,
        failed: sql<number>`(count(*) ${failed})::int`,
        left: sql<number>`(count(*) filter (where ${requests.status} = ${callerLeft}))::int`,
        streams: sql<number>`count(${requests.ttftMs})::int`,
        ttftP50Ms: ttft(0.5),
        ttftP95Ms: ttft(0.95),
        totalP50Ms: total(0.5),
        totalP95Ms: total(0.95),
        totalP99Ms: total(0.99),
        promptTokens: sql<number>`coalesce(sum(${requests.promptTokens}), 0)::float8`,
        completionTokens: sql<number>`coalesce(sum(${requests.completionTokens}), 0)::float8`,
        priced: sql<number>`count(${requests.costUsdNanos})::int`,
        costUsdNanos: sql<string | null>`sum(${requests.costUsdNanos})::text`,
      })
      .from(requests)
      .where(where),
    ctx.db
      .select({
        at: bucket.mapWith(requests.receivedAt).as("at"),
        answered: sql<number>`(count(*) ${answered})::int`,
        failed: sql<number>`(count(*) ${failed})::int`,
        all: sql<number>`count(*)::int`,
      })
      .from(requests)
      .where(where)
      .groupBy(sql`1`)
      .orderBy(sql`1`),
    ctx.db.execute<{ now: string }>(sql`select now()::text as now`),
  ]);
  if (!totals) throw new Error("an aggregate without a row");
  const histogram = totals.totalP99Ms === null ? null : await histogramOf(ctx, where, totals.totalP99Ms);
  const costUsdNanos = totals.costUsdNanos === null ? null : BigInt(totals.costUsdNanos);
  return { ...totals, costUsdNanos, minutes, bucketMinutes, now: new Date(clock?.now ?? 0), points, histogram };
}

async function histogramOf(ctx: Ctx, where: ReturnType<typeof matching>, p99Ms: number) {
  const topMs = Math.max(p99Ms, 1);
  const bin = sql<number>`width_bucket(${requests.totalMs}, 0, ${topMs}::float8, ${bins}::int)`;
  const rows = await ctx.db
    .select({ bin: bin.as("bin"), count: sql<number>`count(*)::int` })
    .from(requests)
    .where(sql`${where} and ${requests.status} < 400`)
    .groupBy(sql`1`);
  const counts = Array.from({ length: bins }, (_, i) => rows.find((row) => row.bin === i + 1)?.count ?? 0);
  const edges = Array.from({ length: bins + 1 }, (_, i) => (topMs * i) / bins);
  return { edges, counts, beyond: rows.find((row) => row.bin === bins + 1)?.count ?? 0 };
}
