import { and, asc, eq, sql } from "drizzle-orm";
import type { EvalSummary } from "#db/eval-summary.ts";
import { type evals, evalTargets, scores, type suites } from "#db/schema/evals.ts";
import { transact } from "#server/context.ts";
import { compare, type PairedCase } from "#server/evals/compare.rule.ts";
import { overlapOf } from "#server/evals/overlap.rule.ts";
import type { TrainedOn } from "#server/evals/trained-on.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import { beat, type Claim, release } from "#server/jobs/lease.ts";
import { evaluations } from "#server/jobs/leased.ts";

/** More failed calls than this share say nothing about the models any more. */
const mostErrors = 0.05;

type Side = TrainedOn & { id: string; isBaseline: boolean };
type Score = { version: string; index: number; marks: Record<string, number>; error: string | null };

/**
 * Compare each target of a finished eval with its baseline, on the cases that neither was trained on, and close it; it
 * fails when more than 5 % of its calls did. False when the eval was cancelled or another worker took it: then nothing is
 * written.
 */
export async function finishEval(
  ctx: ProjectJobCtx,
  row: Claim<typeof evals>,
  suite: typeof suites.$inferSelect,
  asked: { cases: number; sides: readonly Side[] },
): Promise<boolean> {
  const evalId = row.id;
  return transact(ctx, async (ctx) => {
    if (!(await beat(ctx, evaluations, row))) return false; // holds the row until the end
    const found: Score[] = await ctx.db
      .select({ version: scores.modelVersionId, index: scores.caseIndex, marks: scores.marks, error: scores.error })
      .from(scores)
      .where(and(eq(scores.evalId, evalId), eq(scores.projectId, ctx.projectId)))
      .orderBy(asc(scores.caseIndex));
    const baseline = asked.sides.find((side) => side.isBaseline);
    const scored = { suite, cases: asked.cases, found };
    const compared = baseline
      ? asked.sides.filter((side) => side !== baseline).map((side) => compareSides(scored, side, baseline))
      : [];
    for (const { versionId, summary } of compared) {
      const mine = and(eq(evalTargets.evalId, evalId), eq(evalTargets.projectId, ctx.projectId));
      await ctx.db
        .update(evalTargets)
        .set({ summary })
        .where(and(mine, eq(evalTargets.modelVersionId, versionId), eq(evalTargets.isBaseline, false)));
    }
    const failed = found.filter((score) => score.error !== null);
    const error =
      failed.length > mostErrors * found.length
        ? {
            code: "CALLS_FAILED",
            message: `${failed.length} of ${found.length} calls failed, so the scores say little. The first: ${failed[0]?.error ?? ""}`,
          }
        : null;
    const status = error ? ("failed" as const) : ("succeeded" as const);
    await release(ctx, evaluations, row, { status, error, finishedAt: sql`now()` });
    const [first] = compared;
    ctx.changed({
      action: "evals.finish",
      id: evalId,
      detail: { status, pairs: first?.pairs, overlap: first?.summary.overlap?.either },
    });
    return true;
  });
}

type Scored = { suite: typeof suites.$inferSelect; cases: number; found: readonly Score[] };

/** `pairs`: cases that both answered and neither was trained on. */
function compareSides({ suite, cases, found }: Scored, candidate: Side, baseline: Side) {
  const scoresOf = (side: Side) => found.filter((score) => score.version === side.id);
  const errorsOf = (side: Side) => scoresOf(side).filter((score) => score.error !== null).length;
  const answered = new Map(scoresOf(candidate).map((score) => [score.index, score]));
  const pairs: PairedCase[] = scoresOf(baseline).flatMap((one) => {
    const other = answered.get(one.index);
    const seen = baseline.seen.has(one.index) || candidate.seen.has(one.index);
    return other && !seen ? [{ baseline: one.marks, candidate: other.marks }] : [];
  });
  const summary: EvalSummary = {
    graders: compare(suite.graders, pairs),
    errors: { baseline: errorsOf(baseline), candidate: errorsOf(candidate) },
    overlap: overlapOf(cases, candidate, baseline),
  };
  return { versionId: candidate.id, pairs: pairs.length, summary };
}
