import { and, asc, desc, eq, inArray, isNull, type SQLWrapper, sql } from "drizzle-orm";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { aliases, models, modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import { bareMeaning } from "#server/deployments/bare-name.rule.ts";
import { findEngineRefs } from "#server/deployments/engine-refs.ts";
import { listServable, servableOfModel } from "#server/deployments/servable.ts";
import { ListCallable } from "#server/routing/input.ts";
import { contains, fitRank } from "#server/text/name-search.ts";

export type Callable = {
  /** what goes into `model` of an API call */
  name: string;
  group: "Deployments" | "Models" | "Aliases" | "Versions";
  /** what stands behind the name */
  note: string;
  /** why it cannot be called now; null = it can */
  notCallable: string | null;
};

/**
 * Names of the project that an API call may ask for, as people choose them → `{items, more}`: deployments first, then
 * models, aliases and versions, `limit` of each; `more` says that a text would find others.
 */
export async function listCallable(
  ctx: Ctx,
  request: ListCallable = {},
): Promise<{ items: Callable[]; more: boolean }> {
  const { search, limit } = ListCallable.parse(request);
  const [served, bare, aliased, numbered] = await Promise.all([
    servedDeployments(ctx, search, limit + 1),
    bareNames(ctx, search, limit + 1),
    aliasNames(ctx, search, limit + 1),
    versionNames(ctx, search, limit + 1),
  ]);
  const hidden = await deploymentsCalled(
    ctx,
    bare.map((model) => model.name),
  );
  const groups = [served, bare.filter((model) => !hidden.has(model.name)), aliased, numbered];
  return {
    items: groups.flatMap((group) => group.slice(0, limit)),
    more: groups.some((group) => group.length > limit),
  };
}

/** The best fit to the text first. */
function ranked(name: SQLWrapper, search: string) {
  return search ? [fitRank(name, search)] : [];
}

/** What a model's own name means, the newest models first. */
async function bareNames(ctx: Ctx, search: string, limit: number): Promise<Callable[]> {
  const named = await ctx.db
    .select({ name: models.name })
    .from(models)
    .where(
      and(
        eq(models.projectId, ctx.projectId),
        isNull(models.archivedAt),
        isNull(models.deletedAt),
        search ? contains(models.name, search) : undefined,
      ),
    )
    .orderBy(...ranked(models.name, search), desc(models.id))
    .limit(limit);
  const found = await Promise.all(
    named.map(async ({ name }) => ({ name, meaning: bareMeaning(await servableOfModel(ctx, name), name) })),
  );
  return found.flatMap(({ name, meaning }): Callable[] => {
    if (!meaning) return [];
    const note = `${meaning.champion ? "champion, " : ""}${meaning.version.name}`;
    return [{ name, group: "Models", note, notCallable: meaning.version.notServable }];
  });
}

async function aliasNames(ctx: Ctx, search: string, limit: number): Promise<Callable[]> {
  const name = sql<string>`(${models.name} || '@' || ${aliases.alias})`;
  const rows = await ctx.db
    .select({ name, versionId: modelVersions.id, note: sql<string>`${models.name} || '/' || ${modelVersions.version}` })
    .from(aliases)
    .innerJoin(models, eq(models.id, aliases.modelId))
    .innerJoin(modelVersions, eq(modelVersions.id, aliases.modelVersionId))
    .where(
      and(
        eq(aliases.projectId, ctx.projectId),
        eq(modelVersions.status, "ready"),
        search ? contains(name, search) : undefined,
      ),
    )
    .orderBy(...ranked(name, search), desc(models.id), asc(aliases.alias))
    .limit(limit);
  const refs = await findEngineRefs(
    ctx,
    rows.map((row) => row.versionId),
  );
  return rows.map(({ name, note, versionId }) => ({
    name,
    note,
    group: "Aliases" as const,
    notCallable: refs.has(versionId) ? null : "it has no GGUF file yet",
  }));
}

async function versionNames(ctx: Ctx, search: string, limit: number): Promise<Callable[]> {
  const { items } = await listServable(ctx, { search, limit });
  return items.map((version) => ({
    name: version.name,
    group: "Versions",
    note: version.kind === "base" ? "base model" : "fine-tuned",
    notCallable: version.notServable,
  }));
}

async function deploymentsCalled(ctx: Ctx, names: readonly string[]) {
  if (names.length === 0) return new Set<string>();
  const rows = await ctx.db
    .select({ name: deployments.name })
    .from(deployments)
    .where(
      and(
        eq(deployments.projectId, ctx.projectId),
        isNull(deployments.archivedAt),
        inArray(deployments.name, [...names]),
      ),
    );
  return new Set(rows.map((row) => row.name));
}

async function servedDeployments(ctx: Ctx, search: string, limit: number): Promise<Callable[]> {
  const shown = ctx.db
    .select({ id: deployments.id })
    .from(deployments)
    .where(
      and(
        eq(deployments.projectId, ctx.projectId),
        isNull(deployments.archivedAt),
        search ? contains(deployments.name, search) : undefined,
      ),
    )
    .orderBy(...ranked(deployments.name, search), asc(deployments.name))
    .limit(limit);
  const rows = await ctx.db
    .select({
      name: deployments.name,
      model: models.name,
      version: modelVersions.version,
      weightBps: revisions.weightBps,
    })
    .from(deployments)
    .innerJoin(revisions, and(eq(revisions.deploymentId, deployments.id), isNull(revisions.retiredAt)))
    .innerJoin(modelVersions, eq(modelVersions.id, revisions.modelVersionId))
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(and(eq(deployments.projectId, ctx.projectId), inArray(deployments.id, shown)))
    .orderBy(asc(deployments.name), asc(revisions.number));
  return [...Map.groupBy(rows, (row) => row.name)].map(([name, its]) => ({
    name,
    group: "Deployments",
    note: its.map((row) => `${row.model}/${row.version} ${row.weightBps / 100} %`).join(", "),
    notCallable: null,
  }));
}
