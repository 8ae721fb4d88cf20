import { and, count, eq, gt, inArray, isNotNull, isNull, sql } from "drizzle-orm";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { requestMinutes, requestSeries } from "#db/schema/requests.ts";
import type { Ctx } from "#server/context.ts";
import type { ListDeployments } from "#server/deployments/input.ts";
import { whyNotReady } from "#server/deployments/readiness.rule.ts";
import { findReplicas } from "#server/deployments/readiness.ts";
import { keyset, pageOf } from "#server/page.ts";
import { contains } from "#server/text/name-search.ts";

/** Window of the list's traffic figures. */
const listWindowMinutes = 60;

/**
 * Live deployments (or the retired ones) in any order → `{items, nextCursor, total}`; each with its live revisions, why one
 * is not ready, and the last hour's requests and 5xx answers as the gateways logged them.
 */
export async function listDeployments(ctx: Ctx, input: ListDeployments) {
  const matches = and(
    eq(deployments.projectId, ctx.projectId),
    isNull(deployments.deletedAt),
    input.retired ? isNotNull(deployments.archivedAt) : isNull(deployments.archivedAt),
    input.search ? contains(deployments.name, input.search) : undefined,
  );
  const traffic = lastHour(ctx);
  const sortKeys = {
    name: { value: deployments.name, as: "name" },
    requests: { value: sql`coalesce(${traffic.requests}, 0)`, as: "float8" },
    failed: { value: sql`${traffic.failed}::float8 / ${traffic.requests}`, as: "float8" },
    created: { value: deployments.createdAt, as: "timestamptz", always: true },
  } as const;
  const { place, after, orderBy } = keyset(sortKeys, deployments.id, input.sort, input.cursor);
  const [rows, [counted]] = await Promise.all([
    ctx.db
      .select({
        id: deployments.id,
        name: deployments.name,
        createdAt: deployments.createdAt,
        createdBy: deployments.createdBy,
        retiredAt: deployments.archivedAt,
        requests: traffic.requests,
        failed: traffic.failed,
        place,
      })
      .from(deployments)
      .leftJoin(traffic, eq(traffic.deploymentId, deployments.id))
      .where(and(matches, after))
      .orderBy(...orderBy)
      .limit(input.limit + 1),
    ctx.db.select({ total: count() }).from(deployments).where(matches),
  ]);
  const { page, nextCursor } = pageOf(rows, input.limit, input.sort, (row) => row.id);
  const live = await liveRevisions(
    ctx,
    page.map((row) => row.id),
  );
  const items = page.map(({ requests, failed, ...row }) => ({
    ...row,
    revisions: live.filter((revision) => revision.deploymentId === row.id),
    requests: requests ?? 0,
    failed: failed ?? 0,
    windowMinutes: listWindowMinutes,
  }));
  return { items, nextCursor, total: counted?.total ?? 0 };
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

/** Requests and 5xx answers by deployment, from the last hour's minutes, whatever the page shows. */
function lastHour(ctx: Ctx) {
  return ctx.db
    .select({
      deploymentId: requestSeries.deploymentId,
      requests: sql<number>`sum(${requestMinutes.calls})::int`.as("requests"),
      failed:
        sql<number>`coalesce(sum(${requestMinutes.calls}) filter (where ${requestSeries.outcome} = 'failed'), 0)::int`.as(
          "failed",
        ),
    })
    .from(requestMinutes)
    .innerJoin(requestSeries, eq(requestSeries.id, requestMinutes.seriesId))
    .where(
      and(
        eq(requestMinutes.projectId, ctx.projectId),
        gt(requestMinutes.at, sql`now() - make_interval(mins => ${listWindowMinutes})`),
      ),
    )
    .groupBy(requestSeries.deploymentId)
    .as("traffic");
}
