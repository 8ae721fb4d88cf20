import { and, eq, sql } from "drizzle-orm";
import type { AliasName } from "#db/enums.ts";
import { aliases } from "#db/schema/models.ts";
import type { Ctx, TxCtx } from "#server/context.ts";

type Where = Pick<Ctx, "db" | "projectId">;

/** Id of the version that holds this alias of the model, or null; `hold`: nobody moves it until the transaction ends. */
export async function aliasHolder(
  ctx: Where,
  modelId: string,
  alias: AliasName,
  { hold = false } = {},
): Promise<string | null> {
  const query = ctx.db
    .select({ id: aliases.modelVersionId })
    .from(aliases)
    .where(and(eq(aliases.modelId, modelId), eq(aliases.projectId, ctx.projectId), eq(aliases.alias, alias)));
  const [row] = await (hold ? query.for("update") : query);
  return row?.id ?? null;
}

/** Give an alias to a version, whoever holds it; a champion is no longer the challenger. The caller says what changed. */
export async function moveAlias(
  ctx: TxCtx,
  to: { modelId: string; alias: AliasName; modelVersionId: string },
): Promise<void> {
  const moved = { modelVersionId: to.modelVersionId, movedBy: ctx.actor };
  await ctx.db
    .insert(aliases)
    .values({ ...to, projectId: ctx.projectId, movedBy: ctx.actor })
    .onConflictDoUpdate({ target: [aliases.modelId, aliases.alias], set: { ...moved, movedAt: sql`now()` } });
  if (to.alias !== "champion") return;
  const both = and(eq(aliases.modelId, to.modelId), eq(aliases.modelVersionId, to.modelVersionId));
  await ctx.db.delete(aliases).where(and(both, eq(aliases.projectId, ctx.projectId), eq(aliases.alias, "challenger")));
}
