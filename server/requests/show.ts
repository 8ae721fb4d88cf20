import { and, asc, eq, getTableColumns, gte, lt, type SQL } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { deployments, hosts, replicas, revisions } from "#db/schema/deployments.ts";
import { feedback } from "#db/schema/gateway.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { users } from "#db/schema/people.ts";
import { requestAttempts, requests } from "#db/schema/requests.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { named, requestColumns, requestDetails } from "#server/requests/columns.ts";
import type { ShowRequest } from "#server/requests/input.ts";
import { findById } from "#server/requests/where.ts";

/**
 * One call with all its times (ms), its attempts, its feedback, and the chain behind it: revision, model version, the run that
 * made it and the rows that run learnt from. Throws NOT_FOUND, also for a call that is still in a gateway's spool.
 */
export async function showRequest(ctx: Ctx, input: ShowRequest) {
  const row = await findById(input.id, (isIt) => selectCall(ctx, isIt));
  if (!row) {
    const message = `there is no request ${input.id} here; one that has just ended appears within a second`;
    throw new DomainError("NOT_FOUND", message, { field: "id" });
  }
  const said = await ctx.db
    .select({
      id: feedback.id,
      accepted: feedback.accepted,
      score: feedback.score,
      comment: feedback.comment,
      correction: feedback.correction,
      createdAt: feedback.createdAt,
    })
    .from(feedback)
    .where(and(eq(feedback.requestId, input.id), eq(feedback.projectId, ctx.projectId)))
    .orderBy(asc(feedback.createdAt))
    .limit(100);
  return { ...row, tries: await attemptsOf(ctx, row), feedback: said };
}

/** By the call's own time, so that one week's index is asked; a host that no longer exists has no device. */
function attemptsOf(
  ctx: Ctx,
  { id, receivedAt, modelVersionId }: { id: string; receivedAt: Date; modelVersionId: string | null },
) {
  const { receivedAt: at, requestId, projectId, ...shown } = getTableColumns(requestAttempts);
  const replica = and(eq(replicas.hostId, requestAttempts.hostId), eq(replicas.modelVersionId, modelVersionId ?? ""));
  return ctx.db
    .select({ ...shown, device: hosts.device, replicaId: replicas.id })
    .from(requestAttempts)
    .leftJoin(hosts, eq(hosts.id, requestAttempts.hostId))
    .leftJoin(replicas, and(replica, eq(replicas.projectId, ctx.projectId)))
    .where(
      and(
        gte(at, receivedAt),
        lt(at, new Date(receivedAt.getTime() + 1)), // a Date has no microseconds
        eq(requestId, id),
        eq(projectId, ctx.projectId),
      ),
    )
    .orderBy(requestAttempts.number);
}

function selectCall(ctx: Ctx, isIt: SQL) {
  return ctx.db
    .select({
      ...requestColumns,
      ...requestDetails,
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
    .where(and(eq(requests.projectId, ctx.projectId), isIt));
}
