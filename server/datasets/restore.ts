import { and, eq, isNotNull, isNull } from "drizzle-orm";
import { datasets } from "#db/schema/datasets.ts";
import { type Ctx, transact } from "#server/context.ts";
import type { ArchiveDataset } from "#server/datasets/input.ts";
import { DomainError } from "#server/errors.ts";

/** Bring an archived dataset back into the lists. Throws NOT_FOUND when it is not there or not archived. */
export async function restoreDataset(ctx: Ctx, { datasetId }: ArchiveDataset) {
  return transact(ctx, async (ctx) => {
    const [restored] = await ctx.db
      .update(datasets)
      .set({ archivedAt: null })
      .where(
        and(
          eq(datasets.id, datasetId),
          eq(datasets.projectId, ctx.projectId),
          isNull(datasets.deletedAt),
          isNotNull(datasets.archivedAt),
        ),
      )
      .returning({ id: datasets.id, name: datasets.name });
    if (!restored) throw new DomainError("NOT_FOUND", `there is no archived dataset ${datasetId}`);
    ctx.changed({ action: "datasets.restore", id: datasetId });
    return restored;
  });
}
