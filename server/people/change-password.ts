import { eq } from "drizzle-orm";
import { users } from "#db/schema/people.ts";
import { recordAudit } from "#server/audit/record.ts";
import { transact, type UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { forgetAttempts, lockMinutes, reserveAttempt } from "#server/people/attempts.ts";
import type { ChangePassword } from "#server/people/input.ts";
import { hashPassword, verifyPassword } from "#server/people/password.ts";
import { outsideProjects, personOf } from "#server/people/person.ts";
import { signOutEverywhere } from "#server/people/sign-out-everywhere.ts";

/**
 * Set a new password after asking for the old one, and end every other session.
 * Throws INVALID (field `current`) for a wrong old one and LIMITED after too many: a stolen session must not be a way
 * to guess the password.
 */
export async function changePassword(ctx: UnscopedCtx, input: ChangePassword, currentSessionId: string | null) {
  const userId = personOf(ctx.actor);
  const [user] = await ctx.db.select().from(users).where(eq(users.id, userId));
  if (!user) throw new DomainError("NOT_FOUND", "this account no longer exists");
  const attempt = await transact(ctx, (ctx) => reserveAttempt(ctx, user.email));
  if (attempt.locked) throw new DomainError("LIMITED", `too many wrong passwords: try again in ${lockMinutes} minutes`);
  if (!(await verifyPassword(input.current, user.passwordHash))) {
    await recordAudit(outsideProjects(ctx), "people.changePassword", userId, { reason: "wrong password" }, "refused");
    throw new DomainError("INVALID", "this is not your present password", { field: "current" });
  }
  const passwordHash = await hashPassword(input.next);
  return transact(ctx, async (ctx) => {
    await forgetAttempts(ctx, user.email);
    await ctx.db.update(users).set({ passwordHash }).where(eq(users.id, userId));
    await recordAudit(outsideProjects(ctx), "people.changePassword", userId);
    return signOutEverywhere(ctx, currentSessionId);
  });
}
