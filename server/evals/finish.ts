import { asc, eq, sql } from "drizzle-orm";
import type { EvalSummary } from "#db/eval-summary.ts";
import { type evals, scores, type suites } from "#db/schema/evals.ts";
import { transact } from "#server/context.ts";
import { compare, type PairedCase } from "#server/evals/compare.rule.ts";
import { overlapOf } from "#server/evals/overlap.rule.ts";
import type { TrainedOn } from "#server/evals/trained-on.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import { beat, type Claim, release } from "#server/jobs/lease.ts";
import { evaluations } from "#server/jobs/leased.ts";

/** More failed calls than this share say nothing about the models any more. */
const mostErrors = 0.05;

type Trained = { cases: number; baseline: TrainedOn; candidate: TrainedOn };

/**
 * Compare the two sides of a finished eval on the cases that neither was trained on, and close it; it fails when more
 * than 5 % of its calls did. False when the eval was cancelled or another worker took it: then nothing is written.
 */
export async function finishEval(
  ctx: ProjectJobCtx,
  row: Claim<typeof evals>,
  suite: typeof suites.$inferSelect,
  trained: Trained,
): Promise<boolean> {
  const evalId = row.id;
  return transact(ctx, async (ctx) => {
    if (!(await beat(ctx, evaluations, row))) return false; // holds the row until the end
    const marks = await ctx.db
      .select({ version: scores.modelVersionId, index: scores.caseIndex, marks: scores.marks, error: scores.error })
      .from(scores)
      .where(eq(scores.evalId, evalId))
      .orderBy(asc(scores.caseIndex));
    const sideOf = (version: string) => marks.filter((score) => score.version === version);
    const baseline = sideOf(row.baselineVersionId);
    const candidate = new Map(sideOf(row.candidateVersionId).map((score) => [score.index, score]));
    const pairs: PairedCase[] = baseline.flatMap((one) => {
      const other = candidate.get(one.index);
      const seen = trained.baseline.seen.has(one.index) || trained.candidate.seen.has(one.index);
      return other && !seen ? [{ baseline: one.marks, candidate: other.marks }] : [];
    });
    const errorsIn = (side: { error: string | null }[]) => side.filter((score) => score.error !== null).length;
    const errors = { baseline: errorsIn(baseline), candidate: errorsIn([...candidate.values()]) };
    const overlap = overlapOf(trained.cases, trained.candidate, trained.baseline);
    const summary: EvalSummary = { graders: compare(suite.graders, pairs), errors, overlap };
    const failed = errors.baseline + errors.candidate;
    const first = marks.find((score) => score.error !== null)?.error ?? "";
    const error =
      failed > mostErrors * marks.length
        ? {
            code: "CALLS_FAILED",
            message: `${failed} of ${marks.length} calls failed, so the scores say little. The first: ${first}`,
          }
        : null;
    const status = error ? ("failed" as const) : ("succeeded" as const);
    await release(ctx, evaluations, row, { status, summary, error, finishedAt: sql`now()` });
    ctx.changed({
      action: "evals.finish",
      id: evalId,
      detail: { status, pairs: pairs.length, overlap: overlap.either },
    });
    return true;
  });
}
