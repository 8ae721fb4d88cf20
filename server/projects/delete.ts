import { eq, sql } from "drizzle-orm";
import { projects } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import { deleteThing } from "#server/deletion.ts";
import { DomainError } from "#server/errors.ts";
import { projectDeletion } from "#server/projects/deletion.ts";
import type { DeleteProject } from "#server/projects/input.ts";
import { ownTables } from "#server/projects/own-tables.ts";

/**
 * Delete this project and every row that belongs to it; gateways forget its keys and names within a second. `slug`
 * must be its own, so that nobody deletes another project than the one meant. The audit row stands outside any
 * project. Throws INVALID for another slug, REFUSED while a deployment serves, work is under way or it is the last one.
 */
export async function deleteProject(ctx: Ctx, input: DeleteProject) {
  return deleteThing(
    ctx,
    "projects.delete",
    async (ctx) => {
      await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtext('largeforge.createProject'))`);
      const [project] = await ctx.db.select().from(projects).where(eq(projects.id, ctx.projectId)).for("update");
      if (!project) throw new DomainError("NOT_FOUND", "this project no longer exists", { reason: "project" });
      if (project.slug !== input.slug)
        throw new DomainError("INVALID", `write ${project.slug} to delete this project`, { field: "slug" });
      return { ...(await projectDeletion(ctx, project)), slug: project.slug };
    },
    async (ctx, { id, name, slug, effects }) => {
      for (const { table, projectId } of ownTables) await ctx.db.delete(table).where(eq(projectId, ctx.projectId));
      await ctx.db.delete(projects).where(eq(projects.id, ctx.projectId));
      ctx.changed({ action: "projects.delete", id, detail: { name, slug, effects } });
    },
  );
}
