import type { modelVersions } from "#db/schema/models.ts";
import { transact } from "#server/context.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import { beat, release } from "#server/jobs/lease.ts";
import { modelImports } from "#server/jobs/leased.ts";
import type { Changes } from "#server/signals/changes.ts";
import { notifyLive } from "#server/signals/live.ts";

export type Version = typeof modelVersions.$inferSelect;
export type Progress = { step: string; bytesDone: number; bytesTotal: number | null };

/** Renew the claim and tell how far it is; false when somebody else took the import over, or it was deleted. */
export async function reportProgress(ctx: ProjectJobCtx, version: Version, progress: Progress): Promise<boolean> {
  return transact(ctx, async (ctx) => {
    const held = await beat(ctx, modelImports, version, { progress });
    await notifyLive(ctx, `project:${ctx.projectId}`, { kind: "models", id: version.modelId });
    return held;
  });
}

/** End the import by compare-and-set; false when it is no longer this worker's. Gateways know the version by name. */
export async function endImport(
  ctx: ProjectJobCtx & Changes,
  version: Version,
  values: Partial<typeof modelVersions.$inferInsert>,
): Promise<boolean> {
  const ended = await release(ctx, modelImports, version, { progress: null, ...values });
  ctx.rerouted([ctx.projectId]);
  await notifyLive(ctx, `project:${ctx.projectId}`, { kind: "models", id: version.modelId });
  return ended;
}
