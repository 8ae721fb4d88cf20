import { datasetVersions } from "#db/schema/datasets.ts";
import { missing } from "#server/audit/missing.ts";
import type { Ctx } from "#server/context.ts";
import { datasetDeletion, holdVersions, liveVersionsOf } from "#server/datasets/deletion.ts";
import { findDataset } from "#server/datasets/find-dataset.ts";
import type { ShowDataset } from "#server/datasets/input.ts";
import { letGoOfDataset, letGoOfVersions } from "#server/datasets/let-go.ts";
import { resolveVersion } from "#server/datasets/resolve-version.ts";
import { deleteThing } from "#server/deletion.ts";

/**
 * Delete one version of a dataset; an import under way ends. Its number is not given again, unless it was never ready;
 * the only version takes the dataset with it. Throws NOT_FOUND, REFUSED while runs train on it or suites are made of it.
 */
export async function deleteDatasetVersion(ctx: Ctx, input: ShowDataset) {
  const { id, datasetId } = await resolveVersion(ctx, input.ref, input.version);
  const dataset = await findDataset(ctx, datasetId);
  return deleteThing(
    ctx,
    "datasets.deleteVersion",
    async (ctx) => {
      const live = await holdVersions(ctx, datasetId);
      const version = live.find((one) => one.id === id);
      if (!version) throw await missing(ctx, "dataset version", id);
      const whole = live.length === 1;
      return { ...(await datasetDeletion(ctx, dataset, [version], whole)), version, whole };
    },
    async (ctx, { id: target, name, version, whole, bytes }) => {
      if (whole) await letGoOfDataset(ctx, datasetId, [id]);
      else await letGoOfVersions(ctx, [id], version.readyAt ? "all" : "named");
      const detail = { name, version: version.version, bytes };
      ctx.changed({ action: "datasets.deleteVersion", id: target, detail });
    },
  );
}

/** What deleting one version would do: see `Deletion`. Of the only version it is what deleting the dataset would do. */
export async function datasetVersionDeleteAffects(ctx: Ctx, input: ShowDataset) {
  const version = await resolveVersion(ctx, input.ref, input.version);
  const dataset = await findDataset(ctx, version.datasetId);
  const live = await ctx.db.$count(datasetVersions, liveVersionsOf(ctx, version.datasetId));
  return datasetDeletion(ctx, dataset, [version], live === 1);
}
