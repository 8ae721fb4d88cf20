import { and, desc, eq, inArray, isNotNull, sql } from "drizzle-orm";
import { revisions } from "#db/schema/deployments.ts";
import { aliases, models, modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import { findDeployment } from "#server/deployments/find-deployment.ts";
import type { DeploymentRef } from "#server/deployments/input.ts";
import { liveRevisions } from "#server/deployments/list.ts";
import { publicApiUrl } from "#server/env.ts";

const mostRetired = 20;

/**
 * One deployment by id, short id or name: its live revisions with weights, model, aliases, base and replicas, the latest retired
 * ones, and the API's address. NOT_FOUND for another project's. An archived one is still shown by its ids.
 */
export async function showDeployment(ctx: Ctx, input: DeploymentRef) {
  const row = await findDeployment(ctx, input.deployment);
  const live = await liveRevisions(ctx, [row.id]);
  const [aliasRows, baseRows, retired] = await Promise.all([
    aliasesOf(
      ctx,
      live.map((revision) => revision.modelVersionId),
    ),
    basesOf(
      ctx,
      live.flatMap((revision) => (revision.baseVersionId ? [revision.baseVersionId] : [])),
    ),
    retiredOf(ctx, row.id),
  ]);
  return {
    ...row,
    apiUrl: publicApiUrl(),
    retired,
    revisions: live.map((revision) => ({
      ...revision,
      aliases: aliasRows.filter((alias) => alias.id === revision.modelVersionId).map((alias) => alias.alias),
      base: baseRows.find((base) => base.id === revision.baseVersionId)?.name ?? null,
    })),
  };
}

function retiredOf(ctx: Ctx, deploymentId: string) {
  return ctx.db
    .select({
      id: revisions.id,
      number: revisions.number,
      retiredAt: revisions.retiredAt,
      model: sql<string>`${models.name} || '/' || ${modelVersions.version}`,
    })
    .from(revisions)
    .innerJoin(modelVersions, eq(modelVersions.id, revisions.modelVersionId))
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(and(eq(revisions.deploymentId, deploymentId), isNotNull(revisions.retiredAt)))
    .orderBy(desc(revisions.number))
    .limit(mostRetired);
}

function aliasesOf(ctx: Ctx, versionIds: string[]) {
  if (versionIds.length === 0) return Promise.resolve([]);
  return ctx.db
    .select({ id: aliases.modelVersionId, alias: aliases.alias })
    .from(aliases)
    .where(and(eq(aliases.projectId, ctx.projectId), inArray(aliases.modelVersionId, versionIds)));
}

function basesOf(ctx: Ctx, versionIds: string[]) {
  if (versionIds.length === 0) return Promise.resolve([]);
  return ctx.db
    .select({ id: modelVersions.id, name: sql<string>`${models.name} || '/' || ${modelVersions.version}` })
    .from(modelVersions)
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(and(eq(modelVersions.projectId, ctx.projectId), inArray(modelVersions.id, versionIds)));
}
