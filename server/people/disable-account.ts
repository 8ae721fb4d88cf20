import { and, eq, isNull, sql } from "drizzle-orm";
import { members, passwordResets, projects, sessions, users } from "#db/schema/people.ts";
import { transact, type UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { lockAccount, soleAdminOf } from "#server/people/account-authority.ts";
import type { OneAccount } from "#server/people/input.ts";

/**
 * Shut an account: its sessions end, its keys and open links stop at once. Memberships, roles and keys stay as they
 * are, so that enabling brings all of them back, but for sessions and password links.
 * Throws FORBIDDEN (account-authority.ts), CONFLICT when it is disabled already, REFUSED for the only admin of a project.
 */
export async function disableAccount(ctx: UnscopedCtx, input: OneAccount) {
  return transact(ctx, async (ctx) => {
    const account = await lockAccount(ctx, input.userId);
    if (account.disabled) throw new DomainError("CONFLICT", `${account.email} is disabled already`);
    // in the same order as whoever changes members: an admin who leaves at this moment is not counted on
    await ctx.db
      .select({ id: projects.id })
      .from(projects)
      .innerJoin(members, and(eq(members.projectId, projects.id), eq(members.userId, account.userId)))
      .orderBy(projects.id)
      .for("update", { of: projects });
    const alone = await soleAdminOf(ctx, account.userId);
    if (alone.length > 0)
      throw new DomainError(
        "REFUSED",
        `${account.name} is the only admin of ${alone.join(", ")}: make somebody else an admin there first`,
      );
    await ctx.db.update(users).set({ disabledAt: sql`now()` }).where(eq(users.id, account.userId));
    await ctx.db
      .update(passwordResets)
      .set({ revokedAt: sql`now()` })
      .where(
        and(eq(passwordResets.userId, account.userId), isNull(passwordResets.usedAt), isNull(passwordResets.revokedAt)),
      );
    const ended = await ctx.db
      .update(sessions)
      .set({ revokedAt: sql`now()` })
      .where(and(eq(sessions.userId, account.userId), isNull(sessions.revokedAt)))
      .returning({ id: sessions.id });
    ctx.changed({
      action: "people.disable",
      id: account.userId,
      detail: { sessions: ended.length },
      heardIn: await projectsOf(ctx, account.userId),
    });
    return { userId: account.userId, email: account.email, name: account.name, sessionsEnded: ended.length };
  });
}

/** Open an account again: memberships, roles and keys work as before; the person signs in anew. Throws as disabling does. */
export async function enableAccount(ctx: UnscopedCtx, input: OneAccount) {
  return transact(ctx, async (ctx) => {
    const account = await lockAccount(ctx, input.userId);
    if (!account.disabled) throw new DomainError("CONFLICT", `${account.email} is not disabled`);
    await ctx.db.update(users).set({ disabledAt: null }).where(eq(users.id, account.userId));
    ctx.changed({ action: "people.enable", id: account.userId, heardIn: await projectsOf(ctx, account.userId) });
    return { userId: account.userId, email: account.email, name: account.name };
  });
}

/** Open pages of all of them look again. */
async function projectsOf(ctx: UnscopedCtx, userId: string): Promise<string[]> {
  const rows = await ctx.db.select({ projectId: members.projectId }).from(members).where(eq(members.userId, userId));
  return rows.map((row) => row.projectId);
}
