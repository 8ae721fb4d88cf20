import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import { members, projects, users } from "#db/schema/people.ts";
import type { Ctx, UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";

/**
 * May the caller disable this person's account or give it a new password? As SQL over a row of `users`, and the one
 * rule for both: the owner may, of anybody; an admin may, of those who are only in projects that they administer, for
 * whoever has the account is in all of them. Nobody but this machine's shell may of the owner.
 */
export function mayActOnAccount(caller: { actor: Ctx["actor"]; isOwner: boolean }) {
  if (caller.actor === "system:local-admin") return sql<boolean>`true`;
  const userId = caller.actor.replace(/^user:/, "");
  const others = sql`not ${users.isOwner} and ${users.id} <> ${userId}`;
  if (caller.isOwner) return sql<boolean>`(${others})`;
  return sql<boolean>`(${others} and ${isAdministeredBy(sql`${userId}`)})`;
}

/** Over a row of `users`: are they in projects only that `adminId` administers, and in one at least? */
export function isAdministeredBy(adminId: SQL): SQL {
  const administered = sql`exists (select 1 from ${members} a
    where a.project_id = m.project_id and a.user_id = ${adminId} and a.role = 'admin')`;
  return sql`(exists (select 1 from ${members} m where m.user_id = ${users.id})
    and not exists (select 1 from ${members} m where m.user_id = ${users.id} and not ${administered}))`;
}

/** Is the caller the owner? Asked of the database, because an act may wait for another one that changes it. */
export async function isOwner(ctx: Pick<UnscopedCtx, "db" | "actor">): Promise<boolean> {
  const caller = and(eq(users.id, ctx.actor.replace(/^user:/, "")), eq(users.isOwner, true), isNull(users.disabledAt));
  return (await ctx.db.$count(users, caller)) > 0;
}

/**
 * The account that the caller may act on, with all accounts in line until the transaction ends: two who disable each
 * other at once are decided one after the other. Throws NOT_FOUND, FORBIDDEN with who may instead.
 */
export async function lockAccount(ctx: UnscopedCtx, userId: string) {
  await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtext('largeforge.accounts'))`);
  if (ctx.actor.startsWith("user:")) {
    const still = and(eq(users.id, ctx.actor.slice("user:".length)), isNull(users.disabledAt));
    if ((await ctx.db.$count(users, still)) === 0) throw new DomainError("UNAUTHENTICATED", "sign in first");
  }
  const [account] = await ctx.db
    .select({
      userId: users.id,
      email: users.email,
      name: users.name,
      isOwner: users.isOwner,
      disabled: sql<boolean>`${users.disabledAt} is not null`,
      mayAct: mayActOnAccount({ actor: ctx.actor, isOwner: await isOwner(ctx) }),
      sharesProject: sql<boolean>`exists (select 1 from ${members} m join ${members} a on a.project_id = m.project_id
        where m.user_id = ${users.id} and a.user_id = ${ctx.actor.replace(/^user:/, "")})`,
    })
    .from(users)
    .where(eq(users.id, userId));
  if (!account || !(account.mayAct || account.sharesProject))
    throw new DomainError("NOT_FOUND", "there is no such person here");
  if (!account.mayAct) throw new DomainError("FORBIDDEN", whyNot(ctx, account));
  return account;
}

function whyNot(ctx: UnscopedCtx, account: { userId: string; name: string; isOwner: boolean }) {
  if (ctx.actor === `user:${account.userId}`) return "this is your own account: change your password under Account";
  if (account.isOwner)
    return `${account.name} owns this installation: only the shell of its machine acts on that account`;
  return `${account.name} is in projects that you do not administer: ask the owner of this installation`;
}

/** Live projects in which this person is the only enabled admin, by name. */
export async function soleAdminOf(ctx: UnscopedCtx, userId: string): Promise<string[]> {
  const rows = await ctx.db
    .select({ name: projects.name })
    .from(members)
    .innerJoin(projects, and(eq(projects.id, members.projectId), isNull(projects.archivedAt)))
    .where(
      and(
        eq(members.userId, userId),
        eq(members.role, "admin"),
        sql`not exists (select 1 from ${members} o join ${users} u on u.id = o.user_id and u.disabled_at is null
          where o.project_id = ${members.projectId} and o.role = 'admin' and o.user_id <> ${userId})`,
      ),
    )
    .orderBy(projects.name);
  return rows.map((row) => row.name);
}
