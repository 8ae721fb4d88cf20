import { and, desc, eq, inArray } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { EvalStatus } from "#db/enums.ts";
import type { GraderSummary } from "#db/eval-summary.ts";
import { evals, evalTargets, suites } from "#db/schema/evals.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";

const mostEvals = 200;

/** An eval in which a version was the candidate; `headline` is its first grader, null until it has ended. */
export type EvalHeadline = {
  id: string;
  versionId: string;
  status: EvalStatus;
  suite: string;
  baseline: string;
  baselineVersionId: string;
  headline: GraderSummary | null;
  createdAt: Date;
};

/** The evals of these versions as candidates, newest first. */
export async function headlinesOf(
  ctx: Pick<Ctx, "db" | "projectId">,
  versionIds: readonly string[],
): Promise<EvalHeadline[]> {
  if (versionIds.length === 0) return [];
  const candidate = alias(evalTargets, "candidate_target");
  const baseline = {
    target: alias(evalTargets, "baseline_target"),
    version: alias(modelVersions, "baseline_version"),
    model: alias(models, "baseline_model"),
  };
  const rows = await ctx.db
    .select({
      row: evals,
      target: candidate,
      suite: suites.name,
      baselineVersionId: baseline.version.id,
      model: baseline.model.name,
      number: baseline.version.version,
    })
    .from(candidate)
    .innerJoin(evals, eq(evals.id, candidate.evalId))
    .innerJoin(suites, eq(suites.id, evals.suiteId))
    .innerJoin(baseline.target, and(eq(baseline.target.evalId, evals.id), baseline.target.isBaseline))
    .innerJoin(baseline.version, eq(baseline.version.id, baseline.target.modelVersionId))
    .innerJoin(baseline.model, eq(baseline.model.id, baseline.version.modelId))
    .where(
      and(
        eq(evals.projectId, ctx.projectId),
        inArray(candidate.modelVersionId, [...versionIds]),
        eq(candidate.isBaseline, false),
      ),
    )
    .orderBy(desc(evals.id))
    .limit(mostEvals);
  return rows.map(({ row, target, suite, baselineVersionId, model, number }) => ({
    id: row.id,
    versionId: target.modelVersionId,
    status: row.status,
    suite,
    createdAt: row.createdAt,
    baseline: `${model}/${number}`,
    baselineVersionId,
    headline: row.status === "succeeded" ? (target.summary?.graders[0] ?? null) : null,
  }));
}
