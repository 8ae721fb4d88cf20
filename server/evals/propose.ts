import { and, desc, eq, isNull, ne } from "drizzle-orm";
import { evals, evalTargets, suites } from "#db/schema/evals.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import type { ProposeEval } from "#server/evals/input.ts";
import { proposeBaseline, proposeCandidate } from "#server/evals/propose.rule.ts";
import { pickedColumns, versionsOfModel } from "#server/models/pick-version.ts";

/**
 * What a new eval begins with → `{suiteId, candidateId, baselineId}`, each null where nothing fits: the newest suite, the
 * newest version of the model that the suite compared last, and what it has to beat.
 */
export async function proposeEval(ctx: Ctx, input: ProposeEval) {
  const [suite] = await ctx.db
    .select({ id: suites.id })
    .from(suites)
    .where(
      and(
        eq(suites.projectId, ctx.projectId),
        isNull(suites.deletedAt),
        input.suiteId ? eq(suites.id, input.suiteId) : isNull(suites.archivedAt),
      ),
    )
    .orderBy(desc(suites.id))
    .limit(1);
  const ready = and(
    eq(modelVersions.projectId, ctx.projectId),
    eq(modelVersions.status, "ready"),
    isNull(modelVersions.deletedAt),
  );
  const versions = () =>
    ctx.db.select(pickedColumns).from(modelVersions).innerJoin(models, eq(models.id, modelVersions.modelId));
  const other = and(ready, input.baselineId ? ne(modelVersions.id, input.baselineId) : undefined);
  const [asked] = input.candidateId ? await versions().where(and(ready, eq(modelVersions.id, input.candidateId))) : [];
  const [last] = suite
    ? await ctx.db
        .select({ model: models.name })
        .from(evals)
        .innerJoin(evalTargets, and(eq(evalTargets.evalId, evals.id), eq(evalTargets.position, 0)))
        .innerJoin(modelVersions, eq(modelVersions.id, evalTargets.modelVersionId))
        .innerJoin(models, eq(models.id, modelVersions.modelId))
        .where(and(eq(evals.suiteId, suite.id), eq(evals.projectId, ctx.projectId)))
        .orderBy(desc(evals.id))
        .limit(1)
    : [];
  const newest = await Promise.all([
    last
      ? versions()
          .where(and(other, eq(models.name, last.model)))
          .orderBy(desc(modelVersions.id))
          .limit(1)
      : [],
    versions()
      .where(and(other, eq(models.kind, "tuned")))
      .orderBy(desc(modelVersions.id))
      .limit(1),
  ]);
  const candidate = asked ?? proposeCandidate(newest.flat(), last?.model ?? null);
  if (!candidate) return { suiteId: suite?.id ?? null, candidateId: null, baselineId: null };
  const base = candidate.baseVersionId
    ? await versions().where(and(ready, eq(modelVersions.id, candidate.baseVersionId)))
    : [];
  const baseline = proposeBaseline([...(await versionsOfModel(ctx, candidate.model)), ...base], candidate);
  return { suiteId: suite?.id ?? null, candidateId: candidate.id, baselineId: baseline?.id ?? null };
}
