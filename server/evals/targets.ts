import { and, asc, eq } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { evalTargets } from "#db/schema/evals.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";

/** What an eval asks, candidates first, by name; a deleted version keeps its name. */
export async function targetsOf(ctx: Pick<Ctx, "db" | "projectId">, evalId: string) {
  const rows = await ctx.db
    .select({
      versionId: evalTargets.modelVersionId,
      isBaseline: evalTargets.isBaseline,
      summary: evalTargets.summary,
      position: evalTargets.position,
      modelId: models.id,
      model: models.name,
      version: modelVersions.version,
      deletedAt: modelVersions.deletedAt,
    })
    .from(evalTargets)
    .innerJoin(modelVersions, eq(modelVersions.id, evalTargets.modelVersionId))
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(and(eq(evalTargets.evalId, evalId), eq(evalTargets.projectId, ctx.projectId)))
    .orderBy(asc(evalTargets.position));
  return rows.map((row) => ({ ...row, name: `${row.model}/${row.version}` }));
}

/** The first candidate and the baseline, as a list of evals joins them by name, without a query per row. */
export function namedSides() {
  const side = (name: string) => ({
    target: alias(evalTargets, `${name}_target`),
    version: alias(modelVersions, `${name}_version`),
    model: alias(models, `${name}_model`),
  });
  return { candidate: side("candidate"), baseline: side("baseline") };
}
