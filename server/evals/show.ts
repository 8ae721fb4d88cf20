import { and, eq } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { evals, suites } from "#db/schema/evals.ts";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { findEval } from "#server/evals/find-eval.ts";
import type { EvalRef } from "#server/evals/input.ts";
import { targetsOf } from "#server/evals/targets.ts";
import { withoutLease } from "#server/jobs/lease.ts";

/**
 * One eval with its suite and its targets by name, each but the baseline with its comparison once the eval has ended;
 * `candidate` and `summary` are the first target's. NOT_FOUND outside the project.
 */
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
  const targets = await targetsOf(ctx, id);
  const [candidate] = targets;
  const baseline = targets.find((target) => target.isBaseline);
  if (!candidate || !baseline) throw new DomainError("NOT_FOUND", "the model versions of this eval are gone");
  return { ...found, row: withoutLease(found.row), targets, baseline, candidate, summary: candidate.summary };
}
