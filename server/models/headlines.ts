import { and, desc, eq, inArray } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import type { EvalStatus } from "#db/enums.ts";
import type { GraderSummary } from "#db/eval-summary.ts";
import { evals, suites } from "#db/schema/evals.ts";
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
  const baseline = { version: alias(modelVersions, "baseline_version"), model: alias(models, "baseline_model") };
  const rows = await ctx.db
    .select({ row: evals, suite: suites.name, model: baseline.model.name, number: baseline.version.version })
    .from(evals)
    .innerJoin(suites, eq(suites.id, evals.suiteId))
    .innerJoin(baseline.version, eq(baseline.version.id, evals.baselineVersionId))
    .innerJoin(baseline.model, eq(baseline.model.id, baseline.version.modelId))
    .where(and(eq(evals.projectId, ctx.projectId), inArray(evals.candidateVersionId, [...versionIds])))
    .orderBy(desc(evals.id))
    .limit(mostEvals);
  return rows.map(({ row, suite, model, number }) => ({
    id: row.id,
    versionId: row.candidateVersionId,
    status: row.status,
    suite,
    createdAt: row.createdAt,
    baseline: `${model}/${number}`,
    baselineVersionId: row.baselineVersionId,
    headline: row.status === "succeeded" ? (row.summary?.graders[0] ?? null) : null,
  }));
}
