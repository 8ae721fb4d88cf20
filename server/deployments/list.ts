import { and, desc, eq, gt, inArray, isNotNull, isNull, lt, sql } from "drizzle-orm";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { requests } from "#db/schema/gateway.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { contains } from "#server/contains.ts";
import type { Ctx } from "#server/context.ts";
import type { ListDeployments } from "#server/deployments/input.ts";
import { whyNotReady } from "#server/deployments/readiness.rule.ts";
import { findReplicas } from "#server/deployments/readiness.ts";

/** Window of the list's traffic figures. */
const listWindowMinutes = 60;

/**
 * Live deployments (or the retired ones), newest first → `{items, nextCursor}`; each with its live revisions, why one is not ready, and the
 * last hour's requests and 5xx answers as the gateways logged them.
 */
export async function listDeployments(ctx: Ctx, input: ListDeployments) {
  const rows = await ctx.db
    .select()
    .from(deployments)
    .where(
      and(
        eq(deployments.projectId, ctx.projectId),
        input.retired ? isNotNull(deployments.archivedAt) : isNull(deployments.archivedAt),
        input.search ? contains(deployments.name, input.search) : undefined,
        input.cursor ? lt(deployments.id, input.cursor) : undefined,
      ),
    )
    .orderBy(desc(deployments.id))
    .limit(input.limit + 1);
  const page = rows.slice(0, input.limit);
  const ids = page.map((row) => row.id);
  const [live, traffic] = await Promise.all([liveRevisions(ctx, ids), lastHour(ctx, ids)]);
  const items = page.map((row) => {
    const counted = traffic.get(row.id);
    return {
      ...{ id: row.id, name: row.name, createdAt: row.createdAt, createdBy: row.createdBy },
      retiredAt: row.archivedAt,
      revisions: live.filter((revision) => revision.deploymentId === row.id),
      ...{ requests: counted?.requests ?? 0, failed: counted?.failed ?? 0, windowMinutes: listWindowMinutes },
    };
  });
  return { items, nextCursor: rows.length > input.limit ? (page.at(-1)?.id ?? null) : null };
}

/** The live revisions of these deployments with their models' names and readiness, newest last. */
export async function liveRevisions(ctx: Ctx, deploymentIds: readonly string[]) {
  if (deploymentIds.length === 0) return [];
  const rows = await ctx.db
    .select({
      id: revisions.id,
      deploymentId: revisions.deploymentId,
      number: revisions.number,
      weightBps: revisions.weightBps,
      createdAt: revisions.createdAt,
      modelVersionId: revisions.modelVersionId,
      modelId: models.id,
      model: models.name,
      modelKind: models.kind,
      version: modelVersions.version,
      baseVersionId: modelVersions.baseVersionId,
    })
    .from(revisions)
    .innerJoin(modelVersions, eq(modelVersions.id, revisions.modelVersionId))
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(
      and(
        eq(revisions.projectId, ctx.projectId),
        inArray(revisions.deploymentId, [...deploymentIds]),
        isNull(revisions.retiredAt),
      ),
    )
    .orderBy(revisions.number);
  const replicas = await findReplicas(
    ctx,
    rows.map((row) => row.modelVersionId),
  );
  return rows.map((row) => {
    const its = replicas.filter((replica) => replica.modelVersionId === row.modelVersionId);
    return { ...row, replicas: its, notReady: whyNotReady(its) };
  });
}

async function lastHour(ctx: Ctx, deploymentIds: string[]) {
  if (deploymentIds.length === 0) return new Map<string, { requests: number; failed: number }>();
  const rows = await ctx.db
    .select({
      id: requests.deploymentId,
      requests: sql<number>`count(*)::int`,
      failed: sql<number>`(count(*) filter (where ${requests.status} >= 500))::int`,
    })
    .from(requests)
    .where(
      and(
        eq(requests.projectId, ctx.projectId),
        inArray(requests.deploymentId, deploymentIds),
        gt(requests.receivedAt, sql`now() - make_interval(mins => ${listWindowMinutes})`),
      ),
    )
    .groupBy(requests.deploymentId);
  return new Map(rows.map(({ id, ...counts }) => [id ?? "", counts]));
}
