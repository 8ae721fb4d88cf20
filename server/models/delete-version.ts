import { modelVersions } from "#db/schema/models.ts";
import { missing } from "#server/audit/missing.ts";
import type { Ctx } from "#server/context.ts";
import { deleteThing } from "#server/deletion.ts";
import { holdVersions, liveVersionsOf, modelDeletion } from "#server/models/deletion.ts";
import { findModel } from "#server/models/find-model.ts";
import { nameVersion } from "#server/models/find-version.ts";
import type { VersionRef } from "#server/models/input.ts";
import { letGoOfModel, letGoOfVersions } from "#server/models/let-go.ts";

/**
 * Delete one version of a model with its weights; an import under way ends. Its number is not given again, unless it
 * was never ready; the only version takes the model with it. Throws NOT_FOUND, REFUSED while a deployment serves it, it
 * holds an alias, or another version needs it as its base.
 */
export async function deleteModelVersion(ctx: Ctx, input: VersionRef) {
  const { id, modelId } = await nameVersion(ctx, input.version, "version");
  const model = await findModel(ctx, modelId);
  return deleteThing(
    ctx,
    "models.deleteVersion",
    async (ctx) => {
      const live = await holdVersions(ctx, modelId);
      const version = live.find((one) => one.id === id);
      if (!version) throw await missing(ctx, "model version", id, "version");
      const whole = live.length === 1;
      return { ...(await modelDeletion(ctx, model, [version], whole)), version, whole };
    },
    async (ctx, { id: target, name, version, whole, bytes }) => {
      if (whole) await letGoOfModel(ctx, modelId, [version]);
      else await letGoOfVersions(ctx, [version]);
      const detail = { name, modelId, version: version.version, code: version.error?.code ?? null, bytes };
      ctx.changed({ action: "models.deleteVersion", id: target, detail });
    },
  );
}

/** What deleting one version would do: see `Deletion`. Of the only version it is what deleting the model would do. */
export async function modelVersionDeleteAffects(ctx: Ctx, input: VersionRef) {
  const { id, modelId } = await nameVersion(ctx, input.version, "version");
  const model = await findModel(ctx, modelId);
  const live = await ctx.db.select().from(modelVersions).where(liveVersionsOf(ctx, modelId));
  const version = live.find((one) => one.id === id);
  if (!version) throw await missing(ctx, "model version", id, "version");
  return modelDeletion(ctx, model, [version], live.length === 1);
}
