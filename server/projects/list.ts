import { and, asc, eq, isNotNull, isNull, sql } from "drizzle-orm";
import type { Role } from "#db/enums.ts";
import { members, projects } from "#db/schema/people.ts";
import type { UnscopedCtx } from "#server/context.ts";
import type { ListProjects } from "#server/projects/input.ts";

const mostShown = 500;

/** The live projects, or the archived ones, one may open, with one's role, by name. This machine's own admin key sees all of them. */
export async function listProjects(ctx: UnscopedCtx, input: ListProjects = {}) {
  const which = input.archived ? isNotNull(projects.archivedAt) : isNull(projects.archivedAt);
  const columns = { id: projects.id, slug: projects.slug, name: projects.name, createdAt: projects.createdAt };
  if (!ctx.actor.startsWith("user:")) {
    const all = await ctx.db
      .select({ ...columns, role: sql<Role>`'admin'` })
      .from(projects)
      .where(which)
      .orderBy(asc(projects.name), asc(projects.id))
      .limit(mostShown);
    return all;
  }
  const userId = ctx.actor.slice("user:".length);
  return ctx.db
    .select({ ...columns, role: members.role })
    .from(projects)
    .innerJoin(members, and(eq(members.projectId, projects.id), eq(members.userId, userId)))
    .where(which)
    .orderBy(asc(projects.name), asc(projects.id))
    .limit(mostShown);
}
