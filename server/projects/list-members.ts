import { and, asc, eq, gt, isNull, or, sql } from "drizzle-orm";
import { apiKeys } from "#db/schema/keys.ts";
import { members, sessions, users } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import { isOwner, mayActOnAccount } from "#server/people/account-authority.ts";

const mostShown = 500;

/**
 * The project's people by name, with when they were last seen, how many live keys of the project are theirs, and whether
 * the caller may disable or reset their account.
 */
export async function listMembers(ctx: Ctx) {
  const lastSeen = sql<Date | null>`(select max(${sessions.lastSeenAt}) from ${sessions} where ${sessions.userId} = ${users.id})`;
  const rows = await ctx.db
    .select({
      userId: users.id,
      name: users.name,
      email: users.email,
      role: members.role,
      isOwner: users.isOwner,
      disabled: sql<boolean>`${users.disabledAt} is not null`,
      mayAct: mayActOnAccount({ actor: ctx.actor, isOwner: await isOwner(ctx) }),
      since: members.createdAt,
      lastSeenAt: lastSeen.mapWith(sessions.lastSeenAt),
      liveKeys: ctx.db.$count(
        apiKeys,
        and(
          eq(apiKeys.projectId, members.projectId),
          eq(apiKeys.ownerId, members.userId),
          isNull(apiKeys.revokedAt),
          or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)),
        ),
      ),
    })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(eq(members.projectId, ctx.projectId))
    .orderBy(asc(users.name), asc(users.id))
    .limit(mostShown);
  return rows;
}
