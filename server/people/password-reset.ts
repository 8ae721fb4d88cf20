import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { newId } from "#db/ids.ts";
import { passwordResets, users } from "#db/schema/people.ts";
import { transact, type UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { isAdministeredBy, lockAccount } from "#server/people/account-authority.ts";
import { requireUncommon } from "#server/people/common-passwords.ts";
import type { OneAccount, SetPassword } from "#server/people/input.ts";
import { hashLink, newLinkToken } from "#server/people/links.ts";
import { hashPassword } from "#server/people/password.ts";
import { signOutEverywhere } from "#server/people/sessions.ts";

export const resetLinkHours = 24;

/**
 * A one-time link with which somebody sets a new password → `{email, token, expiresAt}`; the page is `/reset/<token>`,
 * shown once, valid for 24 hours; a new one takes back the old. The current password works until the link is used.
 * Throws FORBIDDEN (account-authority.ts) and REFUSED for a disabled account.
 */
export async function resetPassword(ctx: UnscopedCtx, input: OneAccount) {
  return transact(ctx, async (ctx) => {
    const account = await lockAccount(ctx, input.userId);
    if (account.disabled) throw new DomainError("REFUSED", `${account.email} is disabled: enable the account first`);
    await ctx.db.update(passwordResets).set({ revokedAt: sql`now()` }).where(openOf(account.userId));
    const token = newLinkToken();
    const row = {
      id: newId("passwordReset"),
      userId: account.userId,
      tokenHash: hashLink(token),
      createdBy: ctx.actor,
      expiresAt: sql`now() + make_interval(hours => ${resetLinkHours}::int)`,
    };
    const [link] = await ctx.db.insert(passwordResets).values(row).returning({ expiresAt: passwordResets.expiresAt });
    if (!link) throw new DomainError("UNAVAILABLE", "the link was not stored");
    ctx.changed({ action: "people.resetPassword", id: account.userId });
    return { email: account.email, token, expiresAt: link.expiresAt };
  });
}

/** Whose password a link sets → `{name, email}`. Throws NOT_FOUND for a token nobody issued, CONFLICT with why it is over. */
export async function openPasswordReset(ctx: Pick<UnscopedCtx, "db">, token: string) {
  const [link] = await ctx.db
    .select({
      id: passwordResets.id,
      userId: users.id,
      name: users.name,
      email: users.email,
      used: sql<boolean>`${passwordResets.usedAt} is not null`,
      // one who was disabled since, or may no longer act on the account, gives nobody a password
      revoked: sql<boolean>`${passwordResets.revokedAt} is not null or ${users.disabledAt} is not null
        or exists (select 1 from ${users} maker
          where ${passwordResets.createdBy} = 'user:' || maker.id
            and (maker.disabled_at is not null or not (maker.is_owner or ${isAdministeredBy(sql`maker.id`)})))`,
      expired: sql<boolean>`${passwordResets.expiresAt} <= now()`,
    })
    .from(passwordResets)
    .innerJoin(users, eq(users.id, passwordResets.userId))
    .where(eq(passwordResets.tokenHash, hashLink(token)));
  if (!link) throw new DomainError("NOT_FOUND", "this link is not known here: copy it whole, or ask for a new one");
  if (link.used) throw new DomainError("CONFLICT", "this link was already used: sign in", { reason: "used" });
  if (link.revoked)
    throw new DomainError("CONFLICT", "this link was replaced or taken back: ask for a new one", { reason: "revoked" });
  if (link.expired)
    throw new DomainError("CONFLICT", "this link has expired: ask for a new one", { reason: "expired" });
  return { id: link.id, userId: link.userId, name: link.name, email: link.email };
}

/** Set a new password with a link, once, and end every session of the account → `{email}`. Throws as opening it does. */
export async function setPassword(ctx: UnscopedCtx, input: SetPassword) {
  const link = await openPasswordReset(ctx, input.token);
  await requireUncommon(input.password, { email: link.email, name: link.name, field: "password" });
  const passwordHash = await hashPassword(input.password);
  return transact(ctx, async (ctx) => {
    const used = await ctx.db
      .update(passwordResets)
      .set({ usedAt: sql`now()` })
      .where(and(eq(passwordResets.id, link.id), openOf(link.userId), gt(passwordResets.expiresAt, sql`now()`)))
      .returning({ id: passwordResets.id });
    if (used.length === 0) throw new DomainError("CONFLICT", "this link was used a moment ago: sign in");
    await ctx.db.update(users).set({ passwordHash }).where(eq(users.id, link.userId));
    const asUser = { ...ctx, actor: `user:${link.userId}` as const };
    asUser.changed({ action: "people.setPassword", id: link.userId });
    await signOutEverywhere(asUser);
    return { email: link.email };
  });
}

function openOf(userId: string) {
  return and(eq(passwordResets.userId, userId), isNull(passwordResets.usedAt), isNull(passwordResets.revokedAt));
}
