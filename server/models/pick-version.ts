import { and, asc, count, desc, eq, exists, isNull, not, or, sql } from "drizzle-orm";
import { aliases, models, modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import { PickModelVersion } from "#server/models/input.ts";
import { contains, fitRank } from "#server/text/name-search.ts";

const name = sql<string>`(${models.name} || '/' || ${modelVersions.version})`;
const heldAliases = sql<string[]>`coalesce((select array_agg(${aliases.alias} order by ${aliases.alias}) from ${aliases}
  where ${aliases.modelVersionId} = ${modelVersions.id}), '{}')`;

export const pickedColumns = {
  id: modelVersions.id,
  name,
  model: models.name,
  kind: models.kind,
  runId: modelVersions.runId,
  baseVersionId: modelVersions.baseVersionId,
  aliases: heldAliases,
};

/** Of each group this many stand in an unsearched list: champions and bases are found however many versions are newer. */
const mostChampions = 5;
const mostBases = 5;

/**
 * Ready model versions to choose from → `{items: [{id, name, model, kind, aliases, runId, baseVersionId}], total}`: the one
 * chosen, then the newest bases and champions, then the others, newest first. A text is looked for in the callable name and
 * the aliases; then the best fit comes first, after a chosen one that does not fit. One pass over the project's versions.
 */
export async function pickModelVersion(ctx: Ctx, request: PickModelVersion = {}) {
  const { search, chosen = "", kind, limit } = PickModelVersion.parse(request);
  const isChosen = or(eq(modelVersions.id, chosen), sql`${name} = ${chosen}`);
  const isChampion = exists(
    ctx.db
      .select({ one: sql`1` })
      .from(aliases)
      .where(and(eq(aliases.modelVersionId, modelVersions.id), eq(aliases.alias, "champion"))),
  );
  const mine = readyVersions(ctx);
  const matches = and(
    mine,
    kind ? eq(models.kind, kind) : undefined,
    search ? or(contains(name, search), contains(sql`${heldAliases}::text`, search)) : undefined,
  );
  const pinned = search ? and(isChosen, not(matches ?? sql`true`)) : isChosen;
  const newestOf = (group: ReturnType<typeof isChampion.getSQL>) =>
    sql<number>`case when ${group} then row_number() over (partition by ${group} order by ${modelVersions.id} desc) end`;
  const ranked = ctx.db
    .select({
      id: modelVersions.id,
      pinned: sql<boolean>`${pinned}`.as("is_pinned"),
      fit: (search ? fitRank(name, search) : sql<number>`0`).as("fit"),
      base: newestOf(sql`(${models.kind} = 'base')`).as("base_rank"),
      champion: newestOf(sql`(${isChampion})`).as("champion_rank"),
    })
    .from(modelVersions)
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(or(matches, and(mine, isChosen)))
    .as("ranked");
  const [items, [counted]] = await Promise.all([
    ctx.db
      .select(pickedColumns)
      .from(ranked)
      .innerJoin(modelVersions, eq(modelVersions.id, ranked.id))
      .innerJoin(models, eq(models.id, modelVersions.modelId))
      .orderBy(
        desc(ranked.pinned),
        asc(ranked.fit),
        sql`coalesce(${ranked.base} <= ${mostBases}, false) desc`,
        sql`coalesce(${ranked.champion} <= ${mostChampions}, false) desc`,
        desc(modelVersions.id),
      )
      .limit(limit),
    ctx.db
      .select({ total: count() })
      .from(modelVersions)
      .innerJoin(models, eq(models.id, modelVersions.modelId))
      .where(matches),
  ]);
  return { items, total: counted?.total ?? 0 };
}

/** Every ready version of one model, newest first: what its bare name can mean. */
export function versionsOfModel(ctx: Pick<Ctx, "db" | "projectId">, model: string) {
  return ctx.db
    .select(pickedColumns)
    .from(modelVersions)
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(and(readyVersions(ctx), eq(models.name, model)))
    .orderBy(desc(modelVersions.id));
}

function readyVersions(ctx: Pick<Ctx, "projectId">) {
  const { projectId, status, deletedAt } = modelVersions;
  return and(eq(projectId, ctx.projectId), eq(status, "ready"), isNull(deletedAt));
}
