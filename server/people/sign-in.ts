import { eq, sql } from "drizzle-orm";
import { users } from "#db/schema/people.ts";
import { transact, type UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { failuresBeforeLock, forgetAttempts, lockMinutes, reserveAttempt } from "#server/people/attempts.ts";
import type { SignIn } from "#server/people/input.ts";
import { verifyPassword } from "#server/people/password.ts";
import { openSession } from "#server/people/sessions.ts";

/** `network`: where the request comes from (client-network.ts); null where nobody knows. */
type SignInFrom = SignIn & { userAgent: string | null; network: string | null };

/**
 * Check e-mail and password and open a session → `{userId, name, email, sessionId}`.
 * Throws UNAUTHENTICATED for a wrong pair and LIMITED while the e-mail is locked for this network; both say the same, and take the same
 * work, whether or not anybody has that e-mail. FORBIDDEN for the right pair of a disabled account.
 */
export async function signIn(ctx: UnscopedCtx, input: SignInFrom) {
  const [user] = await ctx.db
    .select()
    .from(users)
    .where(eq(sql`lower(${users.email})`, input.email));
  const tried = { email: input.email, network: input.network, passwordHash: user?.passwordHash ?? null };
  const attempt = await transact(ctx, (ctx) => reserveAttempt(ctx, tried));
  if (attempt.locked) throw lockedOut();
  const matches = await verifyPassword(input.password, user?.passwordHash ?? null);

  if (!user || !matches) {
    await recordFailure(ctx, user?.id ?? null, attempt.lastChance);
    if (attempt.lastChance) throw lockedOut();
    throw new DomainError(
      "UNAUTHENTICATED",
      `E-mail and password do not match. After ${failuresBeforeLock} failed attempts in a row from one network the e-mail is locked there for ${lockMinutes} minutes.`,
    );
  }
  if (user.disabledAt) {
    await recordFailure(ctx, user.id, false, "the account is disabled");
    throw new DomainError("FORBIDDEN", "This account is disabled. Ask an admin of your project to enable it.");
  }
  return transact(ctx, async (ctx) => {
    await forgetAttempts(ctx, tried);
    const session = await openSession(ctx, user.id, input.userAgent);
    const asUser = { ...ctx, actor: `user:${user.id}` as const };
    asUser.changed({ action: "people.signIn", id: user.id, detail: { sessionId: session.id } });
    return { userId: user.id, name: user.name, email: user.email, sessionId: session.id };
  });
}

const noMatch = "e-mail and password do not match";

async function recordFailure(ctx: UnscopedCtx, userId: string | null, locks: boolean, reason = noMatch) {
  await transact(ctx, async (ctx) => {
    const asPage = { ...ctx, actor: "system:sign-in" as const };
    asPage.changed({
      action: "people.signIn",
      id: userId,
      outcome: "refused",
      detail: { reason },
    });
    if (locks)
      asPage.changed({ action: "people.lockOut", id: userId, outcome: "refused", detail: { minutes: lockMinutes } });
  });
}

function lockedOut() {
  return new DomainError(
    "LIMITED",
    `Too many failed attempts with this e-mail from your network. Try again in ${lockMinutes} minutes.`,
    {
      reason: "locked_out",
    },
  );
}
