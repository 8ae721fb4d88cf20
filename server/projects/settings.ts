import { and, eq, isNull, sql } from "drizzle-orm";
import { invitations, projects } from "#db/schema/people.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import type { RenameProject, SetRetention } from "#server/projects/input.ts";

/** Change the name that people see. The slug stays: links and scripts go on working. */
export async function renameProject(ctx: Ctx, input: RenameProject) {
  return transact(ctx, async (ctx) => {
    const [project] = await ctx.db
      .update(projects)
      .set({ name: input.name })
      .where(and(eq(projects.id, ctx.projectId), isNull(projects.archivedAt)))
      .returning({ id: projects.id, slug: projects.slug, name: projects.name });
    if (!project) throw new DomainError("CONFLICT", "this project is archived");
    ctx.changed({ action: "projects.rename", id: project.id, detail: { name: input.name } });
    return project;
  });
}

/**
 * Set for how many days this project keeps its logged calls, their hourly totals, events of ended runs and its audit log.
 * What is older goes within the hour and does not come back. Throws CONFLICT for an archived project.
 */
export async function setRetention(ctx: Ctx, input: SetRetention) {
  return transact(ctx, async (ctx) => {
    const [project] = await ctx.db
      .update(projects)
      .set(input)
      .where(and(eq(projects.id, ctx.projectId), isNull(projects.archivedAt)))
      .returning({ id: projects.id });
    if (!project) throw new DomainError("CONFLICT", "this project is archived");
    ctx.changed({ action: "projects.setRetention", id: project.id, detail: input });
    return input;
  });
}

/**
 * Put a project away: nobody can open it and its keys stop working, but its rows and files stay.
 * Throws REFUSED for the last live project: the console would have nothing to open.
 */
export async function archiveProject(ctx: Ctx) {
  return transact(ctx, async (ctx) => {
    await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtext('largeforge.createProject'))`);
    if ((await ctx.db.$count(projects, isNull(projects.archivedAt))) <= 1)
      throw new DomainError("REFUSED", "this is the last project: create another one first");
    const archived = await ctx.db
      .update(projects)
      .set({ archivedAt: sql`now()` })
      .where(and(eq(projects.id, ctx.projectId), isNull(projects.archivedAt)))
      .returning({ id: projects.id });
    if (archived.length === 0) throw new DomainError("CONFLICT", "this project is already archived");
    await ctx.db
      .update(invitations)
      .set({ revokedAt: sql`now()` })
      .where(
        and(eq(invitations.projectId, ctx.projectId), isNull(invitations.acceptedAt), isNull(invitations.revokedAt)),
      );
    ctx.changed({ action: "projects.archive", id: ctx.projectId });
  });
}
