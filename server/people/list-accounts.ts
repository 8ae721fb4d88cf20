import { asc, eq, isNull, sql } from "drizzle-orm";
import { members, projects, sessions, users } from "#db/schema/people.ts";
import type { UnscopedCtx } from "#server/context.ts";

const mostShown = 2_000;

/** Every account of the installation by e-mail → `{items, total}`, with its projects and roles (`support: admin`). */
export async function listAccounts(ctx: UnscopedCtx) {
  // whole names by hand: of one table's select the builder leaves only the columns' own, and `id` would be the session's
  const lastSeen = sql<Date | null>`(select max(s.last_seen_at) from ${sessions} s where s.user_id = ${users}.id)`;
  const items = await ctx.db
    .select({
      userId: users.id,
      name: users.name,
      email: users.email,
      isOwner: users.isOwner,
      disabledAt: users.disabledAt,
      createdAt: users.createdAt,
      lastSeenAt: lastSeen.mapWith(sessions.lastSeenAt),
    })
    .from(users)
    .orderBy(asc(users.email), asc(users.id))
    .limit(mostShown);
  const total = await ctx.db.$count(users);
  const roles = await ctx.db
    .select({ userId: members.userId, project: projects.slug, role: members.role })
    .from(members)
    .innerJoin(projects, eq(projects.id, members.projectId))
    .where(isNull(projects.archivedAt))
    .orderBy(asc(projects.slug));
  const byPerson = Map.groupBy(roles, (row) => row.userId);
  return {
    items: items.map((row) => ({
      ...row,
      roles: (byPerson.get(row.userId) ?? []).map(({ project, role }) => ({ project, role })),
    })),
    total,
  };
}
