import { and, eq } from "drizzle-orm";
import { aliases } from "#db/schema/models.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { findModel } from "#server/models/find-model.ts";
import type { RemoveAlias } from "#server/models/input.ts";

/** Take an alias away from whichever version holds it; NOT_FOUND when none does. Deployments keep what they serve. */
export async function removeAlias(ctx: Ctx, input: RemoveAlias) {
  return transact(ctx, async (ctx) => {
    const model = await findModel(ctx, input.model);
    const [removed] = await ctx.db
      .delete(aliases)
      .where(and(eq(aliases.modelId, model.id), eq(aliases.projectId, ctx.projectId), eq(aliases.alias, input.alias)))
      .returning({ versionId: aliases.modelVersionId });
    if (!removed) throw new DomainError("NOT_FOUND", `${model.name} has no ${input.alias}`, { field: "alias" });
    ctx.changed({
      action: "models.removeAlias",
      id: removed.versionId,
      detail: { model: model.name, alias: input.alias },
    });
    return { modelId: model.id, model: model.name, alias: input.alias, versionId: removed.versionId };
  });
}
