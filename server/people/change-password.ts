import { eq } from "drizzle-orm";
import { users } from "#db/schema/people.ts";
import { transact, type UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { forgetAttempts, reserveAttempt } from "#server/people/attempts.ts";
import { requireUncommon } from "#server/people/common-passwords.ts";
import type { ChangePassword } from "#server/people/input.ts";
import { hashPassword, verifyPassword } from "#server/people/password.ts";
import { personOf } from "#server/people/person.ts";
import { endSession, signOutEverywhere } from "#server/people/sessions.ts";

/**
 * Set a new password after asking for the old one, and end every other session.
 * Throws INVALID (field `current`) for a wrong old one. The fifth in a row ends this session (UNAUTHENTICATED): a stolen
 * one is no way to guess the password, and a live one is never kept from using the right one.
 */
export async function changePassword(ctx: UnscopedCtx, input: ChangePassword, sessionId: string | null) {
  const userId = personOf(ctx.actor);
  if (!sessionId) throw new DomainError("FORBIDDEN", "only a signed-in person has a password to change");
  const [user] = await ctx.db.select().from(users).where(eq(users.id, userId));
  if (!user) throw new DomainError("NOT_FOUND", "this account no longer exists");
  const attempt = await transact(ctx, (ctx) => reserveAttempt(ctx, { sessionId }));
  if (attempt.locked || !(await verifyPassword(input.current, user.passwordHash)))
    return refuse(ctx, userId, sessionId, attempt);
  await requireUncommon(input.next, { email: user.email, name: user.name, field: "next" });
  const passwordHash = await hashPassword(input.next);
  return transact(ctx, async (ctx) => {
    await forgetAttempts(ctx, { sessionId });
    await ctx.db.update(users).set({ passwordHash }).where(eq(users.id, userId));
    ctx.changed({ action: "people.changePassword", id: userId });
    return signOutEverywhere(ctx, sessionId);
  });
}

async function refuse(
  ctx: UnscopedCtx,
  userId: string,
  sessionId: string,
  attempt: { locked: boolean; lastChance: boolean },
): Promise<never> {
  await transact(ctx, async (ctx) =>
    ctx.changed({
      action: "people.changePassword",
      id: userId,
      outcome: "refused",
      detail: { reason: "wrong password" },
    }),
  );
  if (!attempt.locked && !attempt.lastChance)
    throw new DomainError("INVALID", "this is not your current password", { field: "current" });
  await endSession(ctx, { sessionId }).catch(() => {}); // one of several at once has ended it
  throw new DomainError("UNAUTHENTICATED", "too many wrong passwords: this session is signed out. Sign in again");
}
