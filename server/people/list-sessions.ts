import { and, desc, eq, gt, isNull, sql } from "drizzle-orm";
import { sessions } from "#db/schema/people.ts";
import type { UnscopedCtx } from "#server/context.ts";
import { personOf } from "#server/people/person.ts";

const mostShown = 100;

/** The places this person is signed in, the last used first; `current` marks the one that asks. */
export async function listSessions(ctx: UnscopedCtx, currentSessionId: string | null) {
  const rows = await ctx.db
    .select({
      id: sessions.id,
      userAgent: sessions.userAgent,
      createdAt: sessions.createdAt,
      lastSeenAt: sessions.lastSeenAt,
      expiresAt: sessions.expiresAt,
    })
    .from(sessions)
    .where(
      and(eq(sessions.userId, personOf(ctx.actor)), isNull(sessions.revokedAt), gt(sessions.expiresAt, sql`now()`)),
    )
    .orderBy(desc(sessions.lastSeenAt))
    .limit(mostShown);
  return rows.map((row) => ({ ...row, current: row.id === currentSessionId }));
}
