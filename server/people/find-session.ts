import { and, eq, gt, isNull, lt, sql } from "drizzle-orm";
import { sessions, users } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";

/**
 * The person behind a session id, or null when it was ended, has expired, or the person was disabled.
 * Asked for every request of the console: this is what makes "sign out everywhere" real.
 */
export async function findSession(ctx: Pick<Ctx, "db">, sessionId: string) {
  const [found] = await ctx.db
    .select({
      sessionId: sessions.id,
      userId: users.id,
      isOwner: users.isOwner,
      stale: sql<boolean>`${sessions.lastSeenAt} < now() - interval '1 minute'`,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(
      and(
        eq(sessions.id, sessionId),
        isNull(sessions.revokedAt),
        gt(sessions.expiresAt, sql`now()`),
        isNull(users.disabledAt),
      ),
    );
  if (!found) return null;
  if (found.stale)
    await ctx.db
      .update(sessions)
      .set({ lastSeenAt: sql`now()` })
      .where(and(eq(sessions.id, sessionId), lt(sessions.lastSeenAt, sql`now() - interval '1 minute'`)));
  return { sessionId: found.sessionId, userId: found.userId, isOwner: found.isOwner };
}
