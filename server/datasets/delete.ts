import { datasetVersions } from "#db/schema/datasets.ts";
import type { Ctx } from "#server/context.ts";
import { datasetDeletion, holdVersions, liveVersionsOf } from "#server/datasets/deletion.ts";
import { findDataset } from "#server/datasets/find-dataset.ts";
import type { DatasetRef } from "#server/datasets/input.ts";
import { letGoOfDataset } from "#server/datasets/let-go.ts";
import { deleteThing } from "#server/deletion.ts";

/**
 * Delete a dataset with all its versions; its name is free again, an import under way ends. What was made of it keeps
 * a row to name. Throws NOT_FOUND, REFUSED while runs train on it or suites are made of it.
 */
export async function deleteDataset(ctx: Ctx, input: DatasetRef) {
  const dataset = await findDataset(ctx, input.dataset);
  return deleteThing(
    ctx,
    "datasets.delete",
    async (ctx) => {
      const versions = await holdVersions(ctx, dataset.id);
      return { ...(await datasetDeletion(ctx, dataset, versions, true)), versions };
    },
    async (ctx, { name, versions, bytes }) => {
      const ids = versions.map((version) => version.id);
      await letGoOfDataset(ctx, dataset.id, ids);
      ctx.changed({ action: "datasets.delete", id: dataset.id, detail: { name, versions: ids.length, bytes } });
    },
  );
}

/** What deleting a dataset would do, by name and count: see `Deletion`. NOT_FOUND outside the project. */
export async function datasetDeleteAffects(ctx: Ctx, input: DatasetRef) {
  const dataset = await findDataset(ctx, input.dataset);
  const versions = await ctx.db.select().from(datasetVersions).where(liveVersionsOf(ctx, dataset.id));
  return datasetDeletion(ctx, dataset, versions, true);
}
