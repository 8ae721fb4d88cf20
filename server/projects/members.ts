import { and, count, desc, eq, gt, isNull, or, sql } from "drizzle-orm";
import type { Role } from "#db/enums.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { members, projects, sessions, users } from "#db/schema/people.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { keyset, pageOf } from "#server/page.ts";
import { isOwner, mayActOnAccount } from "#server/people/account-authority.ts";
import { ListMembers, type RemoveMember, type SetMemberRole } from "#server/projects/input.ts";
import { revokeInvitationsOf } from "#server/projects/invitations.ts";
import { contains } from "#server/text/name-search.ts";

const lastSeen = sql<Date | null>`(select max(${sessions.lastSeenAt}) from ${sessions} where ${sessions.userId} = ${users.id})`;

/**
 * The project's people in any order → `{items, nextCursor, total}`, each with when they were last seen, how many live keys
 * of the project are theirs, and whether the caller may disable or reset their account. `chosen`, a person's id, comes first:
 * a picker never loses whom it holds, and has one page. One pass over the members.
 */
export async function listMembers(ctx: Ctx, request: ListMembers = {}) {
  const input = ListMembers.parse(request);
  const mine = eq(members.projectId, ctx.projectId);
  const isChosen = eq(members.userId, input.chosen ?? "");
  const matches = and(
    mine,
    input.search ? or(contains(users.name, input.search), contains(users.email, input.search)) : undefined,
  );
  const liveKeys = ctx.db.$count(
    apiKeys,
    and(
      eq(apiKeys.projectId, members.projectId),
      eq(apiKeys.ownerId, members.userId),
      isNull(apiKeys.revokedAt),
      or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)),
    ),
  );
  const sortKeys = {
    name: { value: users.name, as: "name", always: true },
    role: { value: members.role, as: "text", always: true },
    lastSeenAt: { value: lastSeen, as: "timestamptz" },
    since: { value: members.createdAt, as: "timestamptz", always: true },
    liveKeys: { value: liveKeys, as: "float8", always: true },
  } as const;
  const { place, after, orderBy } = keyset(sortKeys, members.userId, input.sort, input.cursor);
  const mayAct = mayActOnAccount({ actor: ctx.actor, isOwner: await isOwner(ctx) });
  const [rows, [counted]] = await Promise.all([
    ctx.db
      .select({
        userId: users.id,
        name: users.name,
        email: users.email,
        role: members.role,
        isOwner: users.isOwner,
        disabled: sql<boolean>`${users.disabledAt} is not null`,
        mayAct,
        since: members.createdAt,
        lastSeenAt: lastSeen.mapWith(sessions.lastSeenAt),
        liveKeys,
        place,
      })
      .from(members)
      .innerJoin(users, eq(users.id, members.userId))
      .where(input.chosen ? or(matches, and(mine, isChosen)) : and(matches, after))
      .orderBy(...(input.chosen ? [desc(isChosen)] : []), ...orderBy)
      .limit(input.limit + 1),
    ctx.db.select({ total: count() }).from(members).innerJoin(users, eq(users.id, members.userId)).where(matches),
  ]);
  const { page, nextCursor } = pageOf(rows, input.limit, input.sort, (row) => row.userId);
  return { items: page, nextCursor: input.chosen ? null : nextCursor, total: counted?.total ?? 0 };
}

/**
 * Give a member another role, in force with their next click. Their keys open no more than it from now on, and all they
 * were given again when it is raised; one who is no admin any more has no open invitations. Throws REFUSED when no admin would be left.
 */
export async function setMemberRole(ctx: Ctx, input: SetMemberRole) {
  return transact(ctx, async (ctx) => {
    const from = await lockMember(ctx, input.userId);
    await ctx.db
      .update(members)
      .set({ role: input.role })
      .where(and(eq(members.projectId, ctx.projectId), eq(members.userId, input.userId)));
    await requireAdmin(ctx);
    if (input.role !== "admin") await revokeInvitationsOf(ctx, input.userId);
    ctx.changed({ action: "projects.setMemberRole", id: input.userId, detail: { from, to: input.role } });
  });
}

/**
 * One member's present role, with the project's row locked until the transaction ends: two admins who remove each
 * other at once are put in line. Throws NOT_FOUND for somebody who is no member.
 */
async function lockMember(ctx: Ctx, userId: string): Promise<Role> {
  await ctx.db.select({ id: projects.id }).from(projects).where(eq(projects.id, ctx.projectId)).for("update");
  const [member] = await ctx.db
    .select({ role: members.role })
    .from(members)
    .where(and(eq(members.projectId, ctx.projectId), eq(members.userId, userId)));
  if (!member) throw new DomainError("NOT_FOUND", "this person is not a member of the project");
  return member.role;
}

/** Throws REFUSED when no admin with an enabled account is left; call it after the change, inside its transaction. */
async function requireAdmin(ctx: Ctx): Promise<void> {
  const [admin] = await ctx.db
    .select({ userId: members.userId })
    .from(members)
    .innerJoin(users, and(eq(users.id, members.userId), isNull(users.disabledAt)))
    .where(and(eq(members.projectId, ctx.projectId), eq(members.role, "admin")))
    .limit(1);
  if (!admin) throw new DomainError("REFUSED", "a project needs at least one admin: make somebody else an admin first");
}

/**
 * Take somebody out of the project, oneself included → `{keysRevoked, keysTransferred, invitationsRevoked}`. Their live
 * keys end with it, or go to the member `keysTo` with what that role may; `keys.ofMember` shows them before. Invitations
 * they sent are taken back. Throws REFUSED when no admin would be left, INVALID for a `keysTo` who is no other member.
 */
export async function removeMember(ctx: Ctx, input: RemoveMember) {
  return transact(ctx, async (ctx) => {
    const { userId, keysTo } = input;
    const role = await lockMember(ctx, userId);
    if (keysTo) await requireOther(ctx, userId, keysTo);
    await ctx.db.delete(members).where(and(eq(members.projectId, ctx.projectId), eq(members.userId, userId)));
    await requireAdmin(ctx);
    const moved = await ctx.db
      .update(apiKeys)
      .set(keysTo ? { ownerId: keysTo } : { revokedAt: sql`now()` })
      .where(and(eq(apiKeys.projectId, ctx.projectId), eq(apiKeys.ownerId, userId), isNull(apiKeys.revokedAt)))
      .returning({ id: apiKeys.id, name: apiKeys.name });
    for (const { id, name } of moved) {
      if (keysTo) ctx.changed({ action: "keys.transfer", id, detail: { name, from: userId, to: keysTo } });
      else ctx.changed({ action: "keys.revoke", id, detail: { name, from: userId } });
    }
    const invitationsRevoked = await revokeInvitationsOf(ctx, userId);
    ctx.changed({
      action: "projects.removeMember",
      id: userId,
      detail: { role, keys: moved.length, ...(keysTo ? { keysTo } : {}) },
    });
    const keys = moved.length;
    return { keysRevoked: keysTo ? 0 : keys, keysTransferred: keysTo ? keys : 0, invitationsRevoked };
  });
}

async function requireOther(ctx: Ctx, userId: string, keysTo: string) {
  const found = await ctx.db.$count(members, and(eq(members.projectId, ctx.projectId), eq(members.userId, keysTo)));
  if (found === 0 || keysTo === userId)
    throw new DomainError("INVALID", "who takes the keys must be another member of the project", { field: "keysTo" });
}
