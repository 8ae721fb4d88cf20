import { sql } from "drizzle-orm";
import type { Ctx } from "#server/context.ts";
import { findDeployment } from "#server/deployments/find-deployment.ts";
import type { RequestTraffic } from "#server/requests/input.ts";
import { percentileOf } from "#server/requests/rollups/histogram.rule.ts";
import { drawCalls, rollups, totalsOf } from "#server/requests/rollups/read.ts";

const mostPoints = 120;
/** Of minutes, of whole five minutes or of whole hours. */
const bucketsOf = [1, 2, 3, 5, 10, 15, 20, 30, 60, 120] as const;

/**
 * What the gateways logged for a deployment in the last `minutes`, by revision: `signals` with counts, 5xx answers,
 * TTFT percentiles in ms over streams (at most 2.5 % off) and output tokens per second over all answers (null = nothing to
 * measure), and `points`, requests in buckets of `bucketMinutes` (empty buckets have no row). Read from rollups. Throws NOT_FOUND.
 */
export async function requestTraffic(ctx: Ctx, { deploymentId: ref, minutes }: RequestTraffic) {
  const { db, projectId } = ctx;
  const { id: deploymentId } = await findDeployment(ctx, ref);
  const bucketMinutes = bucketsOf.find((width) => minutes / width <= mostPoints) ?? 120;
  const own = sql`s.deployment_id = ${deploymentId}`;
  const rows = rollups(projectId, minutes, own);
  const [totals, points, [clock]] = await Promise.all([
    totalsOf(db, rows, ["ttft"], true),
    drawCalls(db, projectId, minutes, bucketMinutes, own),
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
    points: points.map(({ at, revisionId, calls }) => ({ at, revisionId, count: calls })),
  };
}
