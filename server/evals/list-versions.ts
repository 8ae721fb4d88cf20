import { and, desc, eq, sql } from "drizzle-orm";
import { aliases, models, modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";

const mostVersions = 200;

/**
 * What can be compared: every ready model version (of one model, when named), newest first, by its callable name →
 * `{id, name, model, kind, aliases, runId, baseVersionId}`.
 */
export async function listComparable(ctx: Ctx, model?: string) {
  const rows = await ctx.db
    .select({
      id: modelVersions.id,
      model: models.name,
      version: modelVersions.version,
      kind: models.kind,
      runId: modelVersions.runId,
      baseVersionId: modelVersions.baseVersionId,
      aliases: sql<string[]>`coalesce((select array_agg(${aliases.alias} order by ${aliases.alias}) from ${aliases}
        where ${aliases.modelVersionId} = ${modelVersions.id}), '{}')`,
    })
    .from(modelVersions)
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(
      and(
        eq(modelVersions.projectId, ctx.projectId),
        eq(modelVersions.status, "ready"),
        model ? eq(models.name, model) : undefined,
      ),
    )
    .orderBy(desc(modelVersions.createdAt))
    .limit(mostVersions);
  return rows.map(({ version, ...row }) => ({ ...row, name: `${row.model}/${version}` }));
}
