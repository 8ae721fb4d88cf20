import { and, eq } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { evals, suites } from "#db/schema/evals.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { findEval } from "#server/evals/find-eval.ts";
import type { EvalRef } from "#server/evals/input.ts";
import { withoutLease } from "#server/jobs/lease.ts";

export type EvalSide = {
  versionId: string;
  modelId: string;
  name: string;
  model: string;
  version: number;
  deletedAt: Date | null;
};

/** One eval with its suite, both sides by name and, once it has ended, the comparison. NOT_FOUND outside the project. */
export async function showEval(ctx: Pick<Ctx, "db" | "projectId">, { evalId }: EvalRef) {
  const id = await findEval(ctx, evalId);
  const [found] = await ctx.db
    .select({
      row: evals,
      suite: suites,
      dataset: datasets.name,
      datasetId: datasets.id,
      datasetVersion: datasetVersions.version,
      datasetDeletedAt: datasetVersions.deletedAt,
    })
    .from(evals)
    .innerJoin(suites, eq(suites.id, evals.suiteId))
    .innerJoin(datasetVersions, eq(datasetVersions.id, suites.datasetVersionId))
    .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
    .where(and(eq(evals.id, id), eq(evals.projectId, ctx.projectId)));
  if (!found) throw new DomainError("NOT_FOUND", "there is no such eval");
  const side = async (versionId: string): Promise<EvalSide> => {
    const [version] = await ctx.db
      .select({
        modelId: models.id,
        model: models.name,
        version: modelVersions.version,
        deletedAt: modelVersions.deletedAt,
      })
      .from(modelVersions)
      .innerJoin(models, eq(models.id, modelVersions.modelId))
      .where(and(eq(modelVersions.id, versionId), eq(modelVersions.projectId, ctx.projectId)));
    if (!version) throw new DomainError("NOT_FOUND", "the model version of this eval is gone");
    return { versionId, ...version, name: `${version.model}/${version.version}` };
  };
  const [baseline, candidate] = [await side(found.row.baselineVersionId), await side(found.row.candidateVersionId)];
  return { ...found, row: withoutLease(found.row), baseline, candidate, summary: found.row.summary };
}

/** Names of both sides in a list, without a query per row. */
export function namedSides() {
  const candidate = { version: alias(modelVersions, "candidate_version"), model: alias(models, "candidate_model") };
  const baseline = { version: alias(modelVersions, "baseline_version"), model: alias(models, "baseline_model") };
  return { candidate, baseline };
}
