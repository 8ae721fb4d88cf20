import { and, eq, isNull, sql } from "drizzle-orm";
import { sessions } from "#db/schema/people.ts";
import { transact, type UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import type { EndSession } from "#server/people/input.ts";
import { personOf } from "#server/people/person.ts";

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
