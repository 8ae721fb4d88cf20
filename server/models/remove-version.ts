import { and, eq, notExists, sql } from "drizzle-orm";
import { prices } from "#db/schema/gateway.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { notifyLive } from "#server/audit/live.ts";
import { recordAudit } from "#server/audit/record.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { nameVersion } from "#server/evals/find-version.ts";
import type { VersionRef } from "#server/models/input.ts";

/**
 * Remove a version whose import failed: nothing was made of it, so nothing can name it → `{id, modelId, name}`. A model
 * that has no other version and no price goes with it, and its name is free again. Throws NOT_FOUND, CONFLICT for a
 * version of another status.
 */
export async function removeModelVersion(ctx: Ctx, input: VersionRef) {
  const { id, modelId, name } = await nameVersion(ctx, input.version, "version");
  return transact(ctx, async (ctx) => {
    const mine = and(eq(modelVersions.id, id), eq(modelVersions.projectId, ctx.projectId));
    // as an import locks it, so that none adds a version to a model that goes
    await ctx.db.select({ id: models.id }).from(models).where(eq(models.id, modelId)).for("update");
    const [removed] = await ctx.db
      .delete(modelVersions)
      .where(and(mine, eq(modelVersions.status, "failed")))
      .returning({ error: modelVersions.error });
    if (!removed) throw new DomainError("CONFLICT", `${name} has not failed: only a failed import can be removed`);
    const versions = ctx.db.select({ one: sql`1` }).from(modelVersions).where(eq(modelVersions.modelId, modelId));
    const priced = ctx.db.select({ one: sql`1` }).from(prices).where(eq(prices.modelId, modelId));
    await ctx.db
      .delete(models)
      .where(and(eq(models.id, modelId), eq(models.projectId, ctx.projectId), notExists(versions), notExists(priced)));
    await recordAudit(ctx, "models.removeVersion", id, { name, code: removed.error?.code ?? null });
    await notifyLive(ctx, `project:${ctx.projectId}`, { kind: "models", id: modelId });
    return { id, modelId, name };
  });
}
