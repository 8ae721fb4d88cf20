import { and, eq, inArray, sql } from "drizzle-orm";
import { runs } from "#db/schema/runs.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { findRun } from "#server/runs/find-run.ts";
import type { RunRef } from "#server/runs/input.ts";

/**
 * Stop a run for now and free its device: one that waits is `paused` at once, one that trains writes a checkpoint after
 * its step (`pausing`, then `paused`) → its row. A resume goes on from there. Asking twice is fine. Throws NOT_FOUND,
 * CONFLICT when there is nothing to pause.
 */
export async function pauseRun(ctx: Ctx, input: RunRef) {
  const { id: runId } = await findRun(ctx, input.runId);
  return transact(ctx, async (ctx) => {
    const mine = and(eq(runs.id, runId), eq(runs.projectId, ctx.projectId));
    const [run] = await ctx.db
      .update(runs)
      .set({ status: sql`case when ${runs.status} in ('queued', 'paused') then 'paused' else 'pausing' end` })
      .where(and(mine, inArray(runs.status, ["queued", "running", "pausing", "paused"])))
      .returning();
    if (!run) {
      const [found] = await ctx.db.select({ status: runs.status }).from(runs).where(mine);
      if (!found) throw new DomainError("NOT_FOUND", "there is no such run");
      throw new DomainError("CONFLICT", `the run is ${found.status}: only a queued or running run can be paused`);
    }
    ctx.changed({ action: "runs.pause", id: runId, detail: { status: run.status, step: run.step } });
    return run;
  });
}
