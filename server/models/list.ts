import { and, desc, eq, inArray, isNull, lt } from "drizzle-orm";
import { aliases, models, modelVersions } from "#db/schema/models.ts";
import { contains } from "#server/contains.ts";
import type { Ctx } from "#server/context.ts";
import { headlinesOf } from "#server/models/headlines.ts";
import { ListModels } from "#server/models/input.ts";
import { servedBy } from "#server/models/served-by.ts";

/**
 * Registered models, newest first → `{items, nextCursor}`: the latest version with its import's progress or failure,
 * who holds the aliases, the latest finished comparison of the latest version, and the deployments that serve any.
 */
export async function listModels(ctx: Pick<Ctx, "db" | "projectId">, request: ListModels) {
  const input = ListModels.parse(request);
  const rows = await ctx.db
    .select()
    .from(models)
    .where(
      and(
        eq(models.projectId, ctx.projectId),
        isNull(models.archivedAt),
        input.cursor ? lt(models.id, input.cursor) : undefined,
        input.kind ? eq(models.kind, input.kind) : undefined,
        input.search ? contains(models.name, input.search) : undefined,
      ),
    )
    .orderBy(desc(models.id))
    .limit(input.limit + 1);
  const page = rows.slice(0, input.limit);
  const modelIds = page.map((model) => model.id);
  const [versions, held] = await Promise.all([versionsOf(ctx, modelIds), aliasesOf(ctx, modelIds)]);
  const latest = new Map(versions.toReversed().map((version) => [version.modelId, version]));
  const [evals, served] = await Promise.all([
    headlinesOf(
      ctx,
      [...latest.values()].map((version) => version.id),
    ),
    servedBy(
      ctx,
      versions.map((version) => version.id),
    ),
  ]);
  const items = page.map((model) => {
    const its = versions.filter((version) => version.modelId === model.id);
    const newest = latest.get(model.id) ?? null;
    const holder = (alias: string) => {
      const id = held.find((one) => one.modelId === model.id && one.alias === alias)?.versionId;
      const version = its.find((one) => one.id === id);
      return version ? { id: version.id, version: version.version } : null;
    };
    const names = served.filter((one) => its.some((version) => version.id === one.versionId));
    return {
      ...{ id: model.id, name: model.name, kind: model.kind, createdAt: model.createdAt },
      ...{ versions: its.length, latest: newest, champion: holder("champion"), challenger: holder("challenger") },
      headline: evals.find((one) => one.versionId === newest?.id && one.headline) ?? null,
      deployments: [...new Map(names.map((one) => [one.id, { id: one.id, name: one.name }])).values()],
      updatedAt: newest?.createdAt ?? model.createdAt,
    };
  });
  return { items, nextCursor: rows.length > input.limit ? (page.at(-1)?.id ?? null) : null };
}

async function versionsOf(ctx: Pick<Ctx, "db" | "projectId">, modelIds: string[]) {
  if (modelIds.length === 0) return [];
  return ctx.db
    .select({
      ...{ id: modelVersions.id, modelId: modelVersions.modelId, version: modelVersions.version },
      ...{ status: modelVersions.status, progress: modelVersions.progress, error: modelVersions.error },
      ...{ source: modelVersions.source, parameters: modelVersions.parameters, createdAt: modelVersions.createdAt },
    })
    .from(modelVersions)
    .where(and(eq(modelVersions.projectId, ctx.projectId), inArray(modelVersions.modelId, modelIds)))
    .orderBy(desc(modelVersions.version));
}

async function aliasesOf(ctx: Pick<Ctx, "db" | "projectId">, modelIds: string[]) {
  if (modelIds.length === 0) return [];
  return ctx.db
    .select({ modelId: aliases.modelId, alias: aliases.alias, versionId: aliases.modelVersionId })
    .from(aliases)
    .where(and(eq(aliases.projectId, ctx.projectId), inArray(aliases.modelId, modelIds)));
}
