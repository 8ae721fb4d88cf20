import { and, eq } from "drizzle-orm";
import { evals, scores } from "#db/schema/evals.ts";
import { missing } from "#server/audit/missing.ts";
import type { Ctx } from "#server/context.ts";
import { deleteThing } from "#server/deletion.ts";
import { evalDeletion } from "#server/evals/deletion.ts";
import { findEval } from "#server/evals/find-eval.ts";
import type { EvalRef } from "#server/evals/input.ts";
import { targetsOf } from "#server/evals/targets.ts";

/** Delete an eval with its answers and scores; nothing names one. Throws NOT_FOUND, REFUSED while it is under way. */
export async function deleteEval(ctx: Ctx, input: EvalRef) {
  const id = await findEval(ctx, input.evalId);
  const mine = and(eq(evals.id, id), eq(evals.projectId, ctx.projectId));
  return deleteThing(
    ctx,
    "evals.delete",
    async (ctx) => {
      const [row] = await ctx.db.select().from(evals).where(mine).for("update");
      if (!row) throw await missing(ctx, "eval", id);
      return evalDeletion(ctx, row);
    },
    async (ctx, { name }) => {
      const targets = (await targetsOf(ctx, id)).map((target) => target.versionId);
      await ctx.db.delete(scores).where(and(eq(scores.evalId, id), eq(scores.projectId, ctx.projectId)));
      await ctx.db.delete(evals).where(mine);
      ctx.changed({ action: "evals.delete", id, detail: { name, targets } });
    },
  );
}

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
