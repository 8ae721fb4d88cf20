import { and, asc, eq } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { feedback, requests } from "#db/schema/gateway.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { users } from "#db/schema/people.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { named, requestColumns } from "#server/gateway/requests/columns.ts";
import type { ShowRequest } from "#server/gateway/requests/input.ts";

/**
 * One call with all its times (ms), its feedback, and the chain behind it: revision, model version, the run that
 * made it and the rows that run learnt from. Throws NOT_FOUND, also for a call that is still in a gateway's spool.
 */
export async function showRequest(ctx: Ctx, input: ShowRequest) {
  const [row] = await ctx.db
    .select({
      ...requestColumns,
      finishReason: requests.finishReason,
      workload: requests.workload,
      itlP50Ms: requests.itlP50Ms,
      itlP95Ms: requests.itlP95Ms,
      queueMs: requests.queueMs,
      runId: runs.id,
      runName: runs.name,
      datasetId: datasets.id,
      datasetName: datasets.name,
      datasetVersion: datasetVersions.version,
    })
    .from(requests)
    .leftJoin(users, named.user)
    .leftJoin(apiKeys, named.key)
    .leftJoin(deployments, named.deployment)
    .leftJoin(revisions, named.revision)
    .leftJoin(modelVersions, named.version)
    .leftJoin(models, named.model)
    .leftJoin(runs, eq(runs.id, modelVersions.runId))
    .leftJoin(datasetVersions, eq(datasetVersions.id, modelVersions.datasetVersionId))
    .leftJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
    .where(and(eq(requests.id, input.id), eq(requests.projectId, ctx.projectId)));
  if (!row) {
    const message = `there is no request ${input.id} here; one that has just ended appears within a second`;
    throw new DomainError("NOT_FOUND", message, { field: "id" });
  }
  const said = await ctx.db
    .select({
      ...{ id: feedback.id, accepted: feedback.accepted, score: feedback.score, comment: feedback.comment },
      ...{ correction: feedback.correction, createdAt: feedback.createdAt },
    })
    .from(feedback)
    .where(and(eq(feedback.requestId, input.id), eq(feedback.projectId, ctx.projectId)))
    .orderBy(asc(feedback.createdAt))
    .limit(100);
  return { ...row, feedback: said };
}
