import { and, desc, eq, gt, isNull, lt, ne, sql } from "drizzle-orm";
import { newId } from "#db/ids.ts";
import { sessions, users } from "#db/schema/people.ts";
import { type Ctx, transact, type UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import type { EndSession } from "#server/people/input.ts";
import { personOf } from "#server/people/person.ts";

export const sessionDays = 30;
const longestUserAgent = 256;

/** A row for every sign-in: the token only carries its id, so ending the row ends the token. */
export async function openSession(ctx: Pick<Ctx, "db">, userId: string, userAgent: string | null) {
  const [session] = await ctx.db
    .insert(sessions)
    .values({
      id: newId("session"),
      userId,
      userAgent: userAgent?.replace(/\p{Cc}/gu, "").slice(0, longestUserAgent) ?? null,
      expiresAt: sql`now() + ${sql.raw(`interval '${sessionDays} days'`)}`,
    })
    .returning();
  if (!session) throw new DomainError("UNAVAILABLE", "the session was not stored");
  return session;
}

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

/** Sign one of one's own sessions out. Throws NOT_FOUND when it is not theirs or already ended. */
export async function endSession(ctx: UnscopedCtx, input: EndSession) {
  const userId = personOf(ctx.actor);
  return transact(ctx, async (ctx) => {
    const ended = await ctx.db
      .update(sessions)
      .set({ revokedAt: sql`now()` })
      .where(and(eq(sessions.id, input.sessionId), eq(sessions.userId, userId), isNull(sessions.revokedAt)))
      .returning({ id: sessions.id });
    if (ended.length === 0) throw new DomainError("NOT_FOUND", "this session is not yours or has already ended");
    ctx.changed({ action: "people.endSession", id: input.sessionId });
  });
}

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
