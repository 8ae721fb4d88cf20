import { sql } from "drizzle-orm";
import type { Ctx } from "#server/context.ts";
import { findDeployment } from "#server/deployments/find-deployment.ts";
import type { RequestTraffic } from "#server/requests/input.ts";
import { percentileOf } from "#server/requests/rollups/histogram.rule.ts";
import { minuteRollups, rollups, totalsOf } from "#server/requests/rollups/read.ts";

const mostPoints = 120;
const hour = 60;

/**
 * What the gateways logged for a deployment in the last `minutes`, by revision: `signals` with counts, 5xx answers,
 * TTFT percentiles in ms over streams (at most 2.5 % off) and output tokens per second over all answers (null = nothing to
 * measure), and `points`, requests in buckets of `bucketMinutes` (empty buckets have no row). Read from rollups. Throws NOT_FOUND.
 */
export async function requestTraffic(ctx: Ctx, { deploymentId: ref, minutes }: RequestTraffic) {
  const { db, projectId } = ctx;
  const { id: deploymentId } = await findDeployment(ctx, ref);
  const fine = Math.max(1, Math.ceil(minutes / mostPoints));
  const bucketMinutes = fine > hour / 2 ? Math.ceil(fine / hour) * hour : fine;
  const own = sql`s.deployment_id = ${deploymentId}`;
  const rows = rollups(projectId, minutes, own);
  const drawn = bucketMinutes % hour === 0 ? rows : minuteRollups(projectId, minutes, own);
  const [totals, points, [clock]] = await Promise.all([
    totalsOf(db, rows, ["ttft"], true),
    db.execute<{ at: string; revisionId: string | null; count: number }>(sql`
      select date_bin(make_interval(mins => ${bucketMinutes}::int), at, 'epoch'::timestamptz)::text as at,
        revision_id as "revisionId", sum(calls)::int as count
      from ${drawn} r group by 1, 2 order by min(at)`),
    db.execute<{ now: string }>(sql`select now()::text as now`),
  ]);
  const signals = totals.map(({ histograms: { ttft = [] }, refused, left, ...row }) => ({
    revisionId: row.revisionId,
    requests: row.requests,
    failed: row.failed,
    refused: refused + left,
    streams: row.streams,
    ttftP50Ms: percentileOf(ttft, 0.5),
    ttftP95Ms: percentileOf(ttft, 0.95),
    answers: row.answers,
    tokensPerSecond: row.tokensPerSecond,
  }));
  return {
    minutes,
    bucketMinutes,
    now: new Date(clock?.now ?? 0),
    signals,
    points: [...points].map((point) => ({ ...point, at: new Date(point.at) })),
  };
}
