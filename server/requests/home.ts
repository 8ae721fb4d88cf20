import { and, eq, gt, inArray, lt, sql } from "drizzle-orm";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { requests } from "#db/schema/requests.ts";
import type { Ctx } from "#server/context.ts";

const windowHours = 24;
/** Traffic that began lately is shown minute by minute: in quarter hours its first minutes would be one step. */
const scales = [
  { windowHours: 2, bucketMinutes: 1 },
  { windowHours, bucketMinutes: 15 },
] as const;

const since = (hours: number) => gt(requests.receivedAt, sql`now() - interval '1 hour' * ${hours}`);

/**
 * The last 24 hours: requests, those that failed by our doing (5xx, also mid-stream), those refused (4xx), tokens, p95
 * of the time to first token in ms over streams, and cost. What was not measured is null, never zero.
 */
export async function homeFacts({ db, projectId }: Pick<Ctx, "db" | "projectId">) {
  const [row] = await db
    .select({
      requests: sql<number>`count(*)::int`,
      failed: sql<number>`(count(*) filter (where ${requests.status} >= 500))::int`,
      refused: sql<number>`(count(*) filter (where ${requests.status} between 400 and 499))::int`,
      ttftP95Ms: sql<
        number | null
      >`percentile_cont(0.95) within group (order by ${requests.ttftMs}) filter (where ${requests.ttftMs} is not null)`,
      ttftCount: sql<number>`count(${requests.ttftMs})::int`,
      promptTokens: sql<number | null>`sum(${requests.promptTokens})::double precision`,
      completionTokens: sql<number | null>`sum(${requests.completionTokens})::double precision`,
      costUsdNanos: sql<bigint | null>`sum(${requests.costUsdNanos})`.mapWith((value: string) => BigInt(value)),
      priced: sql<number>`count(${requests.costUsdNanos})::int`,
    })
    .from(requests)
    .where(and(eq(requests.projectId, projectId), since(windowHours)));
  if (!row) throw new Error("an aggregate always has one row");
  return { windowHours, ...row };
}

/**
 * Requests per bucket by revision, with the revisions' names: the last 24 hours in quarter hours, or the last two by
 * the minute when nothing is older. `revisionId` null is a call of a model that no deployment serves. A bucket without
 * traffic has no row.
 */
export async function homeTraffic({ db, projectId }: Pick<Ctx, "db" | "projectId">) {
  const [older] = await db
    .select({ id: requests.id })
    .from(requests)
    .where(
      and(
        eq(requests.projectId, projectId),
        since(windowHours),
        lt(requests.receivedAt, sql`now() - interval '1 hour' * ${scales[0].windowHours}`),
      ),
    )
    .limit(1);
  const { bucketMinutes, windowHours: hours } = scales[older ? 1 : 0];
  const bucket = sql<Date>`date_bin(interval '1 minute' * ${bucketMinutes}, ${requests.receivedAt}, 'epoch'::timestamptz)`;
  const counts = await db
    .select({
      at: bucket.mapWith(requests.receivedAt).as("at"),
      revisionId: requests.revisionId,
      count: sql<number>`count(*)::int`,
    })
    .from(requests)
    .where(and(eq(requests.projectId, projectId), since(hours)))
    .groupBy(sql`1`, requests.revisionId)
    .orderBy(sql`1`);
  const seen = [...new Set(counts.flatMap((row) => (row.revisionId ? [row.revisionId] : [])))];
  const named =
    seen.length === 0
      ? []
      : await db
          .select({
            id: revisions.id,
            number: revisions.number,
            weightBps: revisions.weightBps,
            deploymentId: deployments.id,
            deployment: deployments.name,
            model: models.name,
            version: modelVersions.version,
          })
          .from(revisions)
          .innerJoin(deployments, eq(deployments.id, revisions.deploymentId))
          .innerJoin(modelVersions, eq(modelVersions.id, revisions.modelVersionId))
          .innerJoin(models, eq(models.id, modelVersions.modelId))
          .where(and(eq(revisions.projectId, projectId), inArray(revisions.id, seen)))
          .orderBy(deployments.name, revisions.number);
  return { bucketMinutes, windowHours: hours, counts, revisions: named };
}
