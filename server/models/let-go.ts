import { and, eq, inArray, ne, notExists, sql } from "drizzle-orm";
import { prices } from "#db/schema/gateway.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import { removeArtifacts } from "#server/models/artifacts/remove.ts";
import { artifactsOf } from "#server/models/deletion.ts";

type Version = typeof modelVersions.$inferSelect;

/**
 * Take these versions' weights away. One that was ready keeps its row, for the runs, evals, revisions and requests that
 * name it and so that its number is not given again; one that never was leaves nothing.
 */
export async function letGoOfVersions(ctx: Ctx, versions: readonly Version[]): Promise<void> {
  const ids = versions.map((version) => version.id);
  const these = and(inArray(modelVersions.id, ids), eq(modelVersions.projectId, ctx.projectId));
  if (ids.length > 0) {
    await ctx.db.delete(modelVersions).where(and(these, ne(modelVersions.status, "ready")));
    await ctx.db
      .update(modelVersions)
      .set({ deletedAt: sql`now()`, weightsArtifactId: null, ggufArtifactId: null })
      .where(these);
  }
  await removeArtifacts(ctx, artifactsOf(versions));
}

/** Take a model away with these versions, all that it has; its row stays for versions and prices that name it. */
export async function letGoOfModel(ctx: Ctx, modelId: string, versions: readonly Version[]): Promise<void> {
  await letGoOfVersions(ctx, versions);
  const mine = and(eq(models.id, modelId), eq(models.projectId, ctx.projectId));
  const left = ctx.db.select({ one: sql`1` }).from(modelVersions).where(eq(modelVersions.modelId, models.id));
  const priced = ctx.db.select({ one: sql`1` }).from(prices).where(eq(prices.modelId, models.id));
  await ctx.db.delete(models).where(and(mine, notExists(left), notExists(priced)));
  await ctx.db.update(models).set({ deletedAt: sql`now()` }).where(mine);
}
