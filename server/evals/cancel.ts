import { and, eq, inArray, sql } from "drizzle-orm";
import { evals } from "#db/schema/evals.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { findEval } from "#server/evals/find-eval.ts";
import type { EvalRef } from "#server/evals/input.ts";

/** Stop an eval; the scores it has stay. CONFLICT when it has ended. */
export async function cancelEval(ctx: Ctx, input: EvalRef) {
  const evalId = await findEval(ctx, input.evalId);
  return transact(ctx, async (ctx) => {
    const mine = and(eq(evals.id, evalId), eq(evals.projectId, ctx.projectId));
    const [row] = await ctx.db
      .update(evals)
      .set({ status: "cancelled", finishedAt: sql`now()` })
      .where(and(mine, inArray(evals.status, ["queued", "running"])))
      .returning();
    if (row) {
      ctx.changed({ action: "evals.cancel", id: evalId });
      return row;
    }
    const [found] = await ctx.db.select({ status: evals.status }).from(evals).where(mine);
    if (!found) throw new DomainError("NOT_FOUND", "there is no such eval");
    throw new DomainError("CONFLICT", `the eval has ${found.status} already and cannot be cancelled`);
  });
}
