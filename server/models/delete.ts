import { modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import { deleteThing } from "#server/deletion.ts";
import { holdVersions, liveVersionsOf, modelDeletion } from "#server/models/deletion.ts";
import { findModel } from "#server/models/find-model.ts";
import type { ModelRef } from "#server/models/input.ts";
import { letGoOfModel } from "#server/models/let-go.ts";

/**
 * Delete a model with all its versions and their weights; gateways forget it within a second and its name is free
 * again. Throws NOT_FOUND, REFUSED while a deployment serves a version of it, one holds an alias, or another model's
 * version needs one as its base.
 */
export async function deleteModel(ctx: Ctx, input: ModelRef) {
  const model = await findModel(ctx, input.model);
  return deleteThing(
    ctx,
    "models.delete",
    async (ctx) => {
      const versions = await holdVersions(ctx, model.id);
      return { ...(await modelDeletion(ctx, model, versions, true)), versions };
    },
    async (ctx, { name, versions, bytes }) => {
      await letGoOfModel(ctx, model.id, versions);
      ctx.changed({ action: "models.delete", id: model.id, detail: { name, versions: versions.length, bytes } });
    },
  );
}

/** What deleting a model would do, by name and count: see `Deletion`. NOT_FOUND outside the project. */
export async function modelDeleteAffects(ctx: Ctx, input: ModelRef) {
  const model = await findModel(ctx, input.model);
  const versions = await ctx.db.select().from(modelVersions).where(liveVersionsOf(ctx, model.id));
  return modelDeletion(ctx, model, versions, true);
}
