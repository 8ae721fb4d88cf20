import { and, eq, inArray, sql } from "drizzle-orm";
import { heldRunStatuses } from "#db/enums.ts";
import { runs } from "#db/schema/runs.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { findRun } from "#server/runs/find-run.ts";
import type { RunRef } from "#server/runs/input.ts";

/**
 * Stop a run: one that waits or is paused is cancelled at once, one that trains writes a checkpoint and stops after its step
 * (`cancelling`, then `cancelled`) → its row. Asking twice is fine. Throws NOT_FOUND, CONFLICT when it has ended.
 */
export async function cancelRun(ctx: Ctx, input: RunRef) {
  const { id: runId } = await findRun(ctx, input.runId);
  return transact(ctx, async (ctx) => {
    const mine = and(eq(runs.id, runId), eq(runs.projectId, ctx.projectId));
    const atRest = inArray(runs.status, ["queued", "paused"]);
    const [run] = await ctx.db
      .update(runs)
      .set({
        status: sql`case when ${atRest} then 'cancelled' else 'cancelling' end`,
        finishedAt: sql`case when ${atRest} then now() end`,
      })
      .where(and(mine, inArray(runs.status, ["queued", "paused", ...heldRunStatuses])))
      .returning();
    if (!run) throw await whyNot(ctx, runId);
    ctx.changed({ action: "runs.cancel", id: runId, detail: { status: run.status } });
    return run;
  });
}

async function whyNot(ctx: Ctx, runId: string) {
  const [run] = await ctx.db
    .select({ status: runs.status })
    .from(runs)
    .where(and(eq(runs.id, runId), eq(runs.projectId, ctx.projectId)));
  if (!run) return new DomainError("NOT_FOUND", "there is no such run");
  const why = run.status === "converting" ? "has finished training and is being converted" : `is ${run.status} already`;
  return new DomainError("CONFLICT", `the run ${why}, there is nothing left to cancel`);
}
