import { and, eq, gt, sql } from "drizzle-orm";
import { requests } from "#db/schema/requests.ts";
import type { Ctx } from "#server/context.ts";
import { findDeployment } from "#server/deployments/find-deployment.ts";
import type { DeploymentTraffic } from "#server/deployments/input.ts";

const mostPoints = 120;

/**
 * What the gateways logged for a deployment in the last `minutes`, by revision: `signals` with counts, 5xx answers,
 * TTFT percentiles in ms over streams and output tokens per second over all answers (null = nothing to measure), and
 * `points`, requests in buckets of `bucketMinutes` (empty buckets have no row). Throws NOT_FOUND.
 */
export async function deploymentTraffic(ctx: Ctx, input: DeploymentTraffic) {
  const { id: deploymentId } = await findDeployment(ctx, input.deploymentId);
  const bucketMinutes = Math.max(1, Math.ceil(input.minutes / mostPoints));
  const since = gt(requests.receivedAt, sql`now() - make_interval(mins => ${input.minutes})`);
  const own = and(eq(requests.projectId, ctx.projectId), eq(requests.deploymentId, deploymentId), since);
  const ttft = (share: number) => sql<number | null>`percentile_cont(${sql.raw(String(share))}) within group
    (order by ${requests.ttftMs}) filter (where ${requests.ttftMs} is not null)`;
  const bucket = sql<Date>`date_bin(make_interval(mins => ${sql.raw(String(bucketMinutes))}), ${requests.receivedAt}, 'epoch'::timestamptz)`;
  const [signals, points, [clock]] = await Promise.all([
    ctx.db
      .select({
        revisionId: requests.revisionId,
        requests: sql<number>`count(*)::int`,
        failed: sql<number>`(count(*) filter (where ${requests.status} >= 500))::int`,
        refused: sql<number>`(count(*) filter (where ${requests.status} between 400 and 499))::int`,
        streams: sql<number>`count(${requests.ttftMs})::int`,
        ttftP50Ms: ttft(0.5),
        ttftP95Ms: ttft(0.95),
        answers: sql<number>`(count(*) filter (where ${requests.status} < 400 and ${requests.completionTokens} > 0))::int`,
        tokensPerSecond: sql<
          number | null
        >`sum(${requests.completionTokens}) filter (where ${requests.status} < 400)::float8
          / nullif(sum(${requests.totalMs}) filter (where ${requests.status} < 400), 0) * 1000`,
      })
      .from(requests)
      .where(own)
      .groupBy(requests.revisionId),
    ctx.db
      .select({
        at: bucket.mapWith(requests.receivedAt).as("at"),
        revisionId: requests.revisionId,
        count: sql<number>`count(*)::int`,
      })
      .from(requests)
      .where(own)
      .groupBy(sql`1`, requests.revisionId)
      .orderBy(sql`1`),
    ctx.db.execute<{ now: string }>(sql`select now()::text as now`),
  ]);
  return { minutes: input.minutes, bucketMinutes, now: new Date(clock?.now ?? 0), signals, points };
}
