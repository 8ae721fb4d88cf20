import { and, inArray, isNull, lt, or, sql } from "drizzle-orm";
import { apiKeys } from "#db/schema/keys.ts";
import type { Ctx } from "#server/context.ts";

/** Remember that keys were used, at most once a minute each: a column for people, not a counter. */
export async function touchKeys(ctx: Pick<Ctx, "db">, keyIds: readonly string[]): Promise<void> {
  if (keyIds.length === 0) return;
  const stale = or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, sql`now() - interval '1 minute'`));
  await ctx.db
    .update(apiKeys)
    .set({ lastUsedAt: sql`now()` })
    .where(and(inArray(apiKeys.id, [...keyIds]), stale));
}
