import { and, eq } from "drizzle-orm";
import { evals } from "#db/schema/evals.ts";
import { missing } from "#server/audit/missing.ts";
import type { Ctx } from "#server/context.ts";
import { evalDeletion } from "#server/evals/deletion.ts";
import { findEval } from "#server/evals/find-eval.ts";
import type { EvalRef } from "#server/evals/input.ts";

/** What deleting an eval would do, by name and count: see `Deletion`. NOT_FOUND outside the project. */
export async function evalDeleteAffects(ctx: Ctx, input: EvalRef) {
  const id = await findEval(ctx, input.evalId);
  const [row] = await ctx.db
    .select()
    .from(evals)
    .where(and(eq(evals.id, id), eq(evals.projectId, ctx.projectId)));
  if (!row) throw await missing(ctx, "eval", id);
  return evalDeletion(ctx, row);
}
