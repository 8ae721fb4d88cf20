import { and, asc, eq, isNull, sql } from "drizzle-orm";
import type { Role } from "#db/enums.ts";
import { members, projects } from "#db/schema/people.ts";
import type { UnscopedCtx } from "#server/context.ts";

const mostShown = 500;

/** The live projects one may open, with one's role, by name. This machine's own admin key sees all of them. */
export async function listProjects(ctx: UnscopedCtx) {
  const columns = { id: projects.id, slug: projects.slug, name: projects.name, createdAt: projects.createdAt };
  if (!ctx.actor.startsWith("user:")) {
    const all = await ctx.db
      .select({ ...columns, role: sql<Role>`'admin'` })
      .from(projects)
      .where(isNull(projects.archivedAt))
      .orderBy(asc(projects.name), asc(projects.id))
      .limit(mostShown);
    return all;
  }
  const userId = ctx.actor.slice("user:".length);
  return ctx.db
    .select({ ...columns, role: members.role })
    .from(projects)
    .innerJoin(members, and(eq(members.projectId, projects.id), eq(members.userId, userId)))
    .where(isNull(projects.archivedAt))
    .orderBy(asc(projects.name), asc(projects.id))
    .limit(mostShown);
}
