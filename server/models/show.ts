import { and, desc, eq, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { auditLog } from "#db/schema/audit.ts";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { aliases, models, modelVersions } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { liveVersionsOf } from "#server/models/deletion.ts";
import { findModel } from "#server/models/find-model.ts";
import { headlinesOf } from "#server/models/headlines.ts";
import type { ModelRef } from "#server/models/input.ts";
import { servedBy } from "#server/models/served-by.ts";
import type { Action } from "#server/signals/actions.ts";

const mostVersions = 200;

/**
 * One model by id or name: its versions, newest first, each with what it came from, its aliases, its evals as the
 * candidate and the deployments that serve it. NOT_FOUND outside the project.
 */
export async function showModel(ctx: Pick<Ctx, "db" | "projectId">, { model: ref }: ModelRef) {
  const model = await findModel(ctx, ref);
  const [rows, held] = await Promise.all([versionsOf(ctx, model.id), aliasesOf(ctx, model.id)]);
  const ids = rows.map((row) => row.version.id);
  const [evals, served] = await Promise.all([headlinesOf(ctx, ids), servedBy(ctx, ids)]);
  const versions = rows.map(({ version, ...from }) => ({
    ...version,
    name: `${model.name}/${version.version}`,
    dataset: from.datasetId
      ? {
          id: from.datasetId,
          version: from.datasetVersion,
          name: `${from.dataset} v${from.datasetVersion}`,
          deletedAt: from.datasetDeletedAt,
        }
      : null,
    run: from.runName && version.runId ? { id: version.runId, name: from.runName, deletedAt: from.runDeletedAt } : null,
    base: from.baseModelId ? { modelId: from.baseModelId, name: `${from.baseModel}/${from.baseVersion}` } : null,
    aliases: held.filter((one) => one.versionId === version.id).map((one) => one.alias),
    evals: evals.filter((one) => one.versionId === version.id),
    deployments: served.filter((one) => one.versionId === version.id),
  }));
  return { ...model, aliases: held, versions };
}

async function versionsOf(ctx: Pick<Ctx, "db" | "projectId">, modelId: string) {
  const base = { version: alias(modelVersions, "base_version"), model: alias(models, "base_model") };
  return ctx.db
    .select({
      version: modelVersions,
      runName: runs.name,
      runDeletedAt: runs.deletedAt,
      datasetId: datasets.id,
      dataset: datasets.name,
      datasetVersion: datasetVersions.version,
      datasetDeletedAt: datasetVersions.deletedAt,
      baseModelId: base.model.id,
      baseModel: base.model.name,
      baseVersion: base.version.version,
    })
    .from(modelVersions)
    .leftJoin(runs, eq(runs.id, modelVersions.runId))
    .leftJoin(datasetVersions, eq(datasetVersions.id, modelVersions.datasetVersionId))
    .leftJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
    .leftJoin(base.version, eq(base.version.id, modelVersions.baseVersionId))
    .leftJoin(base.model, eq(base.model.id, base.version.modelId))
    .where(liveVersionsOf(ctx, modelId))
    .orderBy(desc(modelVersions.version))
    .limit(mostVersions);
}

async function aliasesOf(ctx: Pick<Ctx, "db" | "projectId">, modelId: string) {
  return ctx.db
    .select({
      alias: aliases.alias,
      versionId: aliases.modelVersionId,
      version: modelVersions.version,
      movedBy: aliases.movedBy,
      movedAt: aliases.movedAt,
      /** why the gate was overrideReason when the alias came to this version; null: it was not */
      overrideReason: sql<string | null>`(
        select case when ${auditLog.detail} ->> 'forced' = 'true' then ${auditLog.detail} ->> 'reason' end from ${auditLog}
        where ${auditLog.projectId} = ${aliases.projectId} and ${auditLog.targetId} = ${aliases.modelVersionId}
          and ${auditLog.action} = ${"promotions.promote" satisfies Action} and ${auditLog.outcome} = 'done'
          and ${auditLog.detail} ->> 'alias' = ${aliases.alias}
        order by ${auditLog.createdAt} desc, ${auditLog.id} desc limit 1)`,
    })
    .from(aliases)
    .innerJoin(modelVersions, eq(modelVersions.id, aliases.modelVersionId))
    .where(and(eq(aliases.modelId, modelId), eq(aliases.projectId, ctx.projectId)))
    .orderBy(aliases.alias);
}
