import { and, asc, eq, isNull, sql } from "drizzle-orm";
import { apiKeys } from "#db/schema/keys.ts";
import { members, sessions, users } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";

const mostShown = 500;

/** The project's people by name, with when they were last seen and how many live keys of the project they made. */
export async function listMembers(ctx: Ctx) {
  const lastSeen = sql<Date | null>`(select max(${sessions.lastSeenAt}) from ${sessions} where ${sessions.userId} = ${users.id})`;
  const rows = await ctx.db
    .select({
      userId: users.id,
      name: users.name,
      email: users.email,
      role: members.role,
      isOwner: users.isOwner,
      since: members.createdAt,
      lastSeenAt: lastSeen.mapWith(sessions.lastSeenAt),
      liveKeys: ctx.db.$count(
        apiKeys,
        and(
          eq(apiKeys.projectId, members.projectId),
          eq(apiKeys.createdBy, sql`'user:' || ${members.userId}`),
          isNull(apiKeys.revokedAt),
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
