import { and, eq, isNull, sql } from "drizzle-orm";
import { datasets } from "#db/schema/datasets.ts";
import { type Ctx, transact } from "#server/context.ts";
import type { ArchiveDataset } from "#server/datasets/input.ts";
import { DomainError } from "#server/errors.ts";

/**
 * Take a dataset out of the lists. Its versions stay: runs and suites that use them go on, and `datasets.restore` or a
 * new upload under its name brings it back. Throws NOT_FOUND when it is not there or archived already.
 */
export async function archiveDataset(ctx: Ctx, { datasetId }: ArchiveDataset) {
  return transact(ctx, async (ctx) => {
    const [archived] = await ctx.db
      .update(datasets)
      .set({ archivedAt: sql`now()` })
      .where(
        and(
          eq(datasets.id, datasetId),
          eq(datasets.projectId, ctx.projectId),
          isNull(datasets.deletedAt),
          isNull(datasets.archivedAt),
        ),
      )
      .returning({ id: datasets.id, name: datasets.name });
    if (!archived) throw new DomainError("NOT_FOUND", `there is no dataset ${datasetId}`);
    ctx.changed({ action: "datasets.archive", id: datasetId });
    return archived;
  });
}
