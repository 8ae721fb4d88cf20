import { and, eq, isNull, ne, sql } from "drizzle-orm";
import { sessions } from "#db/schema/people.ts";
import { transact, type UnscopedCtx } from "#server/context.ts";
import { personOf } from "#server/people/person.ts";

/** End every session of this person, but for `keepSessionId` when one is given → how many ended. */
export async function signOutEverywhere(ctx: UnscopedCtx, keepSessionId: string | null = null) {
  const userId = personOf(ctx.actor);
  return transact(ctx, async (ctx) => {
    const ended = await ctx.db
      .update(sessions)
      .set({ revokedAt: sql`now()` })
      .where(
        and(
          eq(sessions.userId, userId),
          isNull(sessions.revokedAt),
          keepSessionId ? ne(sessions.id, keepSessionId) : undefined,
        ),
      )
      .returning({ id: sessions.id });
    ctx.changed({ action: "people.signOutEverywhere", id: userId, detail: { sessions: ended.length } });
    return { ended: ended.length };
  });
}
