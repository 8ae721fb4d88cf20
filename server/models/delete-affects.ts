import { modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import { liveVersionsOf, modelDeletion } from "#server/models/deletion.ts";
import { findModel } from "#server/models/find-model.ts";
import type { ModelRef } from "#server/models/input.ts";

/** What deleting a model would do, by name and count: see `Deletion`. NOT_FOUND outside the project. */
export async function modelDeleteAffects(ctx: Ctx, input: ModelRef) {
  const model = await findModel(ctx, input.model);
  const versions = await ctx.db.select().from(modelVersions).where(liveVersionsOf(ctx, model.id));
  return modelDeletion(ctx, model, versions, true);
}
