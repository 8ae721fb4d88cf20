import { eq } from "drizzle-orm";
import { projects } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";

/** This project → `{id, slug, name, createdAt}` and for how many days it keeps what. */
export async function showProject(ctx: Ctx) {
  const [project] = await ctx.db
    .select({
      id: projects.id,
      slug: projects.slug,
      name: projects.name,
      createdAt: projects.createdAt,
      requestDays: projects.requestDays,
      rollupDays: projects.rollupDays,
      runEventDays: projects.runEventDays,
      auditDays: projects.auditDays,
    })
    .from(projects)
    .where(eq(projects.id, ctx.projectId));
  if (!project) throw new DomainError("NOT_FOUND", "this project no longer exists");
  return project;
}
