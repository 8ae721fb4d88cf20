import { and, count, eq, inArray, isNull, sql } from "drizzle-orm";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { aliases, models, modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import { headlinesOf } from "#server/models/headlines.ts";
import { ListModels } from "#server/models/input.ts";
import { keyset, pageOf } from "#server/page.ts";
import { contains } from "#server/text/name-search.ts";

const sortKeys = {
  name: { value: models.name, as: "name" },
  kind: { value: models.kind, as: "text" },
  latest: { value: modelVersions.version, as: "float8" },
  status: { value: modelVersions.status, as: "text" },
  parameters: { value: modelVersions.parameters, as: "float8" },
  updated: { value: sql`coalesce(${modelVersions.createdAt}, ${models.createdAt})`, as: "timestamptz", always: true },
} as const;

const newest = sql`${modelVersions.modelId} = ${models.id} and ${modelVersions.version} =
  (select max(v.version) from model_versions v where v.model_id = ${models.id} and v.deleted_at is null)`;

/**
 * Registered models in any order → `{items, nextCursor, total}`: the latest version with its import's progress or failure,
 * who holds the aliases, the latest finished comparison of the latest version, and the deployments that serve any.
 */
export async function listModels(ctx: Pick<Ctx, "db" | "projectId">, request: ListModels) {
  const input = ListModels.parse(request);
  const matches = and(
    eq(models.projectId, ctx.projectId),
    isNull(models.archivedAt),
    isNull(models.deletedAt),
    input.kind ? eq(models.kind, input.kind) : undefined,
    input.search ? contains(models.name, input.search) : undefined,
  );
  const { place, after, orderBy } = keyset(sortKeys, models.id, input.sort, input.cursor);
  const [rows, [counted]] = await Promise.all([
    ctx.db
      .select({
        id: models.id,
        name: models.name,
        kind: models.kind,
        createdAt: models.createdAt,
        versions: sql<number>`(select count(*)::int from model_versions v
          where v.model_id = ${models.id} and v.deleted_at is null)`,
        latest: {
          id: modelVersions.id,
          version: modelVersions.version,
          status: modelVersions.status,
          progress: modelVersions.progress,
          error: modelVersions.error,
          source: modelVersions.source,
          parameters: modelVersions.parameters,
          createdAt: modelVersions.createdAt,
        },
        place,
      })
      .from(models)
      .leftJoin(modelVersions, newest)
      .where(and(matches, after))
      .orderBy(...orderBy)
      .limit(input.limit + 1),
    ctx.db.select({ total: count() }).from(models).where(matches),
  ]);
  const { page, nextCursor } = pageOf(rows, input.limit, input.sort, (row) => row.id);
  const modelIds = page.map((model) => model.id);
  const [held, served, evals] = await Promise.all([
    aliasesOf(ctx, modelIds),
    servedOf(ctx, modelIds),
    headlinesOf(
      ctx,
      page.flatMap((model) => model.latest?.id ?? []),
    ),
  ]);
  const items = page.map((model) => {
    const holder = (alias: string) => {
      const found = held.find((one) => one.modelId === model.id && one.alias === alias);
      return found ? { id: found.id, version: found.version } : null;
    };
    return {
      ...model,
      champion: holder("champion"),
      challenger: holder("challenger"),
      headline: evals.find((one) => one.versionId === model.latest?.id && one.headline) ?? null,
      deployments: served.filter((one) => one.modelId === model.id).map(({ id, name }) => ({ id, name })),
      updatedAt: model.latest?.createdAt ?? model.createdAt,
    };
  });
  return { items, nextCursor, total: counted?.total ?? 0 };
}

async function aliasesOf(ctx: Pick<Ctx, "db" | "projectId">, modelIds: string[]) {
  if (modelIds.length === 0) return [];
  return ctx.db
    .select({
      modelId: aliases.modelId,
      alias: aliases.alias,
      id: modelVersions.id,
      version: modelVersions.version,
    })
    .from(aliases)
    .innerJoin(modelVersions, eq(modelVersions.id, aliases.modelVersionId))
    .where(and(eq(aliases.projectId, ctx.projectId), inArray(aliases.modelId, modelIds)));
}

/** The live deployments that serve a version of these models, each once a model. */
async function servedOf(ctx: Pick<Ctx, "db" | "projectId">, modelIds: string[]) {
  if (modelIds.length === 0) return [];
  return ctx.db
    .selectDistinct({ modelId: modelVersions.modelId, id: deployments.id, name: deployments.name })
    .from(revisions)
    .innerJoin(deployments, eq(deployments.id, revisions.deploymentId))
    .innerJoin(modelVersions, eq(modelVersions.id, revisions.modelVersionId))
    .where(
      and(
        eq(revisions.projectId, ctx.projectId),
        inArray(modelVersions.modelId, modelIds),
        isNull(revisions.retiredAt),
        isNull(deployments.archivedAt),
      ),
    )
    .orderBy(deployments.name);
}
