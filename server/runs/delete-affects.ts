import type { Ctx } from "#server/context.ts";
import { runDeletion } from "#server/runs/deletion.ts";
import { findRun } from "#server/runs/find-run.ts";
import type { RunRef } from "#server/runs/input.ts";

/** What deleting a run would do, by name and count: see `Deletion`. NOT_FOUND outside the project. */
export async function runDeleteAffects(ctx: Ctx, input: RunRef) {
  const { id, name, dear, blockers, effects, bytes } = await runDeletion(ctx, await findRun(ctx, input.runId));
  return { id, name, dear, blockers, effects, bytes };
}
