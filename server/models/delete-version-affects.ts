import { modelVersions } from "#db/schema/models.ts";
import { missing } from "#server/audit/missing.ts";
import type { Ctx } from "#server/context.ts";
import { nameVersion } from "#server/evals/find-version.ts";
import { liveVersionsOf, modelDeletion } from "#server/models/deletion.ts";
import { findModel } from "#server/models/find-model.ts";
import type { VersionRef } from "#server/models/input.ts";

/** What deleting one version would do: see `Deletion`. Of the only version it is what deleting the model would do. */
export async function modelVersionDeleteAffects(ctx: Ctx, input: VersionRef) {
  const { id, modelId } = await nameVersion(ctx, input.version, "version");
  const model = await findModel(ctx, modelId);
  const live = await ctx.db.select().from(modelVersions).where(liveVersionsOf(ctx, modelId));
  const version = live.find((one) => one.id === id);
  if (!version) throw await missing(ctx, "model version", id, "version");
  return modelDeletion(ctx, model, [version], live.length === 1);
}
