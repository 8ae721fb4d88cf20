import { and, eq, isNull, sql } from "drizzle-orm";
import { invitations, projects } from "#db/schema/people.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";

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
