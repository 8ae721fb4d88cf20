import { and, eq, isNull, sql } from "drizzle-orm";
import { runEvents, runs } from "#db/schema/runs.ts";
import { missing } from "#server/audit/missing.ts";
import type { Ctx } from "#server/context.ts";
import { deleteFile } from "#server/datasets/files/delete.ts";
import { deleteThing } from "#server/deletion.ts";
import { DomainError } from "#server/errors.ts";
import { removeArtifacts } from "#server/models/artifacts/remove.ts";
import { runDeletion } from "#server/runs/deletion.ts";
import { findRun } from "#server/runs/find-run.ts";
import type { RunRef } from "#server/runs/input.ts";

/**
 * Delete a run that has ended, with its curves, log and checkpoints. One that became a model version keeps its row, for
 * the version's lineage, and the version keeps its weights. Throws NOT_FOUND, REFUSED while it goes on.
 */
export async function deleteRun(ctx: Ctx, input: RunRef) {
  const { id } = await findRun(ctx, input.runId);
  const mine = and(eq(runs.id, id), eq(runs.projectId, ctx.projectId), isNull(runs.deletedAt));
  return deleteThing(
    ctx,
    "runs.delete",
    async (ctx) => {
      const [run] = await ctx.db.select().from(runs).where(mine).for("update");
      if (!run) throw await missing(ctx, "run", id);
      return runDeletion(ctx, run);
    },
    async (ctx, { name, made, artifactIds, resultFileId, bytes }) => {
      await ctx.db.delete(runEvents).where(and(eq(runEvents.runId, id), eq(runEvents.projectId, ctx.projectId)));
      await removeArtifacts(ctx, artifactIds);
      await deleteResults(ctx, resultFileId);
      if (made) await ctx.db.update(runs).set({ deletedAt: sql`now()`, error: null }).where(mine);
      else await ctx.db.delete(runs).where(mine);
      ctx.changed({ action: "runs.delete", id, detail: { name, modelVersionId: made?.id ?? null, bytes } });
    },
  );
}

/** The CSV of its metrics, unless a client has deleted it already. */
async function deleteResults(ctx: Ctx, fileId: string | null) {
  if (!fileId) return;
  await deleteFile(ctx, fileId).catch((error: unknown) => {
    if (!(error instanceof DomainError && error.code === "NOT_FOUND")) throw error;
  });
}

/** What deleting a run would do, by name and count: see `Deletion`. NOT_FOUND outside the project. */
export async function runDeleteAffects(ctx: Ctx, input: RunRef) {
  const { id, name, dear, blockers, effects, bytes } = await runDeletion(ctx, await findRun(ctx, input.runId));
  return { id, name, dear, blockers, effects, bytes };
}
