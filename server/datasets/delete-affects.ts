import { datasetVersions } from "#db/schema/datasets.ts";
import type { Ctx } from "#server/context.ts";
import { datasetDeletion, liveVersionsOf } from "#server/datasets/deletion.ts";
import { findDataset } from "#server/datasets/find-dataset.ts";
import type { DatasetRef } from "#server/datasets/input.ts";

/** What deleting a dataset would do, by name and count: see `Deletion`. NOT_FOUND outside the project. */
export async function datasetDeleteAffects(ctx: Ctx, input: DatasetRef) {
  const dataset = await findDataset(ctx, input.dataset);
  const versions = await ctx.db.select().from(datasetVersions).where(liveVersionsOf(ctx, dataset.id));
  return datasetDeletion(ctx, dataset, versions, true);
}
