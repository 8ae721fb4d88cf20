import { datasetVersions } from "#db/schema/datasets.ts";
import type { Ctx } from "#server/context.ts";
import { datasetDeletion, liveVersionsOf } from "#server/datasets/deletion.ts";
import { findDataset } from "#server/datasets/find-dataset.ts";
import type { ShowDataset } from "#server/datasets/input.ts";
import { resolveVersion } from "#server/datasets/resolve-version.ts";

/** What deleting one version would do: see `Deletion`. Of the only version it is what deleting the dataset would do. */
export async function datasetVersionDeleteAffects(ctx: Ctx, input: ShowDataset) {
  const version = await resolveVersion(ctx, input.ref, input.version);
  const dataset = await findDataset(ctx, version.datasetId);
  const live = await ctx.db.$count(datasetVersions, liveVersionsOf(ctx, version.datasetId));
  return datasetDeletion(ctx, dataset, [version], live === 1);
}
