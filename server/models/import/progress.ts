import { and, eq, sql } from "drizzle-orm";
import { modelVersions } from "#db/schema/models.ts";
import { transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import { isLeaseDead, type Lease, releasedLease, staleSeconds } from "#server/jobs/lease.ts";
import type { Changes } from "#server/signals/changes.ts";
import { notifyLive } from "#server/signals/live.ts";

export type Version = typeof modelVersions.$inferSelect;
export type Progress = { step: string; bytesDone: number; bytesTotal: number | null };

const own = (ctx: ProjectJobCtx, id: string, lease: Lease) =>
  and(
    eq(modelVersions.id, id),
    eq(modelVersions.projectId, ctx.projectId),
    eq(modelVersions.status, "importing"),
    eq(modelVersions.leaseHolder, lease.holder),
  );

/** Take an import for this worker, once; null when another worker has it or there is nothing left to do. */
export async function claimImport(ctx: ProjectJobCtx, id: string, lease: Lease): Promise<Version | null> {
  const mine = and(eq(modelVersions.id, id), eq(modelVersions.projectId, ctx.projectId));
  const [found] = await ctx.db.select({ holder: modelVersions.leaseHolder }).from(modelVersions).where(mine);
  const dead = found?.holder && isLeaseDead(found.holder) ? found.holder : "nobody";
  const free = sql`(${modelVersions.leaseHolder} is null or ${modelVersions.leaseHolder} = ${dead}
    or ${modelVersions.heartbeatAt} < now() - interval '1 second' * ${staleSeconds})`;
  const [claimed] = await ctx.db
    .update(modelVersions)
    .set({ leaseHolder: lease.holder, heartbeatAt: sql`now()` })
    .where(and(mine, eq(modelVersions.status, "importing"), free))
    .returning();
  return claimed ?? null;
}

/** Renew the lease and tell how far it is. Throws CONFLICT when somebody else took the import over. */
export async function reportProgress(ctx: ProjectJobCtx, version: Version, lease: Lease, progress: Progress) {
  await transact(ctx, async (ctx) => {
    const renewed = await ctx.db
      .update(modelVersions)
      .set({ heartbeatAt: sql`now()`, progress })
      .where(own(ctx, version.id, lease))
      .returning({ id: modelVersions.id });
    if (renewed.length === 0) throw new DomainError("CONFLICT", "another worker took this import over");
    await notifyLive(ctx, `project:${ctx.projectId}`, { kind: "models", id: version.modelId });
  });
}

/** End the import by compare-and-set; false when it is no longer this worker's. Gateways know the version by name. */
export async function endImport(
  ctx: ProjectJobCtx & Changes,
  version: Version,
  lease: Lease,
  values: Partial<typeof modelVersions.$inferInsert>,
): Promise<boolean> {
  const ended = await ctx.db
    .update(modelVersions)
    .set({ heartbeatAt: sql`now()`, leaseHolder: null, progress: null, ...values })
    .where(own(ctx, version.id, lease))
    .returning({ id: modelVersions.id });
  ctx.rerouted();
  await notifyLive(ctx, `project:${ctx.projectId}`, { kind: "models", id: version.modelId });
  return ended.length > 0;
}

/** Leave an unfinished import to the next worker. */
export async function releaseImport(ctx: ProjectJobCtx, version: Version, lease: Lease): Promise<void> {
  await ctx.db
    .update(modelVersions)
    .set({ leaseHolder: releasedLease(lease) })
    .where(own(ctx, version.id, lease));
}
