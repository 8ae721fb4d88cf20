import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { runs } from "#db/schema/runs.ts";
import { type Ctx, transact } from "#server/context.ts";
import { holdVersion } from "#server/datasets/resolve-version.ts";
import { DomainError } from "#server/errors.ts";
import { vacant } from "#server/jobs/lease.ts";
import { holdBase } from "#server/models/find-base.ts";
import { findRun } from "#server/runs/find-run.ts";
import type { RunRef } from "#server/runs/input.ts";
import { attemptsWithoutProgress } from "#server/runs/outcome.rule.ts";
import { sourcesOf } from "#server/runs/status.rule.ts";

/**
 * Queue a paused, cancelled or failed run again, at the end of the line → its row; it goes on from its last checkpoint with
 * the same settings. Throws NOT_FOUND, also when its data or its base was deleted, CONFLICT for any other status.
 */
export async function resumeRun(ctx: Ctx, input: RunRef) {
  const { id: runId, baseVersionId, datasetVersionId, validationVersionId } = await findRun(ctx, input.runId);
  return transact(ctx, async (ctx) => {
    await holdVersion(ctx, datasetVersionId, "dataset");
    if (validationVersionId) await holdVersion(ctx, validationVersionId, "validationDataset");
    await holdBase(ctx, baseVersionId);
    const mine = and(eq(runs.id, runId), eq(runs.projectId, ctx.projectId), isNull(runs.deletedAt));
    const [run] = await ctx.db
      .update(runs)
      .set({
        status: "queued",
        error: null,
        finishedAt: null,
        folderBytes: null,
        ...vacant,
        queuedAt: sql`now()`,
        attemptLimit: sql`${runs.attempt} + ${attemptsWithoutProgress}`,
      })
      .where(and(mine, inArray(runs.status, sourcesOf("queued"))))
      .returning();
    if (!run) {
      const [found] = await ctx.db.select({ status: runs.status }).from(runs).where(mine);
      if (!found) throw new DomainError("NOT_FOUND", "there is no such run");
      throw new DomainError(
        "CONFLICT",
        `the run is ${found.status}: only a paused, cancelled or failed run can be resumed`,
      );
    }
    ctx.changed({ action: "runs.resume", id: runId, detail: { step: run.step } });
    ctx.enqueue("runs.train", { projectId: ctx.projectId, runId });
    return run;
  });
}
