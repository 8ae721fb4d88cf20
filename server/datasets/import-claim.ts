import { and, eq, isNull, sql } from "drizzle-orm";
import { datasetVersions } from "#db/schema/datasets.ts";
import type { Ctx } from "#server/context.ts";
import { staleSeconds } from "#server/jobs/lease.ts";

export type ImportClaim = typeof datasetVersions.$inferSelect;

/**
 * Take an import for this worker: one that nobody works on, or whose worker has been silent for a minute.
 * null = somebody has it, or it needs no worker. The number of the attempt is the claim: a later one ends it.
 */
export async function claimImport(ctx: Ctx, versionId: string): Promise<ImportClaim | null> {
  const abandoned = sql`(${datasetVersions.heartbeatAt} is null
    or ${datasetVersions.heartbeatAt} < now() - interval '1 second' * ${staleSeconds})`;
  const [claimed] = await ctx.db
    .update(datasetVersions)
    .set({
      attempt: sql`${datasetVersions.attempt} + 1`,
      heartbeatAt: sql`now()`,
      importStartedAt: sql`now()`,
      bytesRead: 0,
      rowsRead: 0,
    })
    .where(and(held(ctx, versionId), abandoned))
    .returning();
  return claimed ?? null;
}

/** Say that the claim lives and how far it is; false when it was lost to another worker. */
export async function beatImport(ctx: Ctx, claim: ImportClaim, progress: { bytesRead: number; rowsRead: number }) {
  const { bytesRead, rowsRead } = progress;
  const beaten = await ctx.db
    .update(datasetVersions)
    .set({ bytesRead, rowsRead, heartbeatAt: sql`now()`, waitingFor: null })
    .where(ownedBy(ctx, claim))
    .returning({ id: datasetVersions.id });
  return beaten.length > 0;
}

/** Give an import back so that the next worker can take it at once; `forgive` when the file is not to blame. */
export async function releaseImport(ctx: Ctx, claim: ImportClaim, options: { forgive: boolean; waitingFor?: string }) {
  await ctx.db
    .update(datasetVersions)
    .set({
      heartbeatAt: null,
      waitingFor: options.waitingFor ?? null,
      forgivenAttempts: sql`${datasetVersions.forgivenAttempts} + ${options.forgive ? 1 : 0}`,
    })
    .where(ownedBy(ctx, claim));
}

function held(ctx: Ctx, versionId: string) {
  return and(
    eq(datasetVersions.id, versionId),
    eq(datasetVersions.projectId, ctx.projectId),
    eq(datasetVersions.status, "importing"),
    isNull(datasetVersions.deletedAt),
  );
}

/** The compare half of everything a worker writes: still importing, and still this attempt. */
export function ownedBy(ctx: Ctx, claim: ImportClaim) {
  return and(held(ctx, claim.id), eq(datasetVersions.attempt, claim.attempt));
}
