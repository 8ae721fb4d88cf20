import { and, eq, inArray, sql } from "drizzle-orm";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import { percentileOf } from "#server/requests/rollups/histogram.rule.ts";
import { drawCalls, rollups, totalsOf } from "#server/requests/rollups/read.ts";

const windowHours = 24;
/** Traffic that began lately is shown minute by minute: in quarter hours its first minutes would be one step. */
const scales = [
  { windowHours: 2, bucketMinutes: 1 },
  { windowHours, bucketMinutes: 15 },
] as const;

type Where = Pick<Ctx, "db" | "projectId">;

/**
 * The last 24 hours, from the whole minute on: requests, those that failed by our doing (5xx, also mid-stream), those refused
 * (4xx), tokens, p95 of the time to first token in ms over streams (at most 2.5 % off), and cost. What was not measured is
 * null, never zero.
 */
export async function homeFacts({ db, projectId }: Where) {
  const [totals] = await totalsOf(db, rollups(projectId, windowHours * 60), ["ttft"]);
  if (!totals) throw new Error("an aggregate always has one row");
  const { requests, failed, refused, left, streams, promptTokens, completionTokens, costUsdNanos, priced } = totals;
  const ttftP95Ms = percentileOf(totals.histograms.ttft ?? [], 0.95);
  return {
    windowHours,
    requests,
    failed,
    refused: refused + left,
    ttftP95Ms,
    ttftCount: streams,
    promptTokens,
    completionTokens,
    costUsdNanos,
    priced,
  };
}

/**
 * Requests per bucket by revision, with the revisions' names: the last 24 hours in quarter hours, or the last two by
 * the minute when nothing is older. `revisionId` null is a call of a model that no deployment serves. A bucket without
 * traffic has no row.
 */
export async function homeTraffic({ db, projectId }: Where) {
  const older = await db.execute(sql`select from request_minutes where project_id = ${projectId}
    and at > now() - interval '1 hour' * ${windowHours} and at < now() - interval '1 hour' * ${scales[0].windowHours} limit 1`);
  const { bucketMinutes, windowHours: hours } = scales[older.length > 0 ? 1 : 0];
  const points = await drawCalls(db, projectId, hours * 60, bucketMinutes);
  const counts = points.map(({ at, revisionId, calls }) => ({ at, revisionId, count: calls }));
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
