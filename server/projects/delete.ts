import { eq, getTableColumns, is, sql } from "drizzle-orm";
import { getTableConfig, type PgColumn, PgTable } from "drizzle-orm/pg-core";
import { auditLog } from "#db/schema/audit.ts";
import * as schema from "#db/schema/index.ts";
import { projects } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import { deleteThing } from "#server/deletion.ts";
import { DomainError } from "#server/errors.ts";
import { projectDeletion } from "#server/projects/deletion.ts";
import type { DeleteProject } from "#server/projects/input.ts";

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

/** What deleting this project would do, by name and count: see `Deletion`. */
export async function projectDeleteAffects(ctx: Ctx) {
  const [project] = await ctx.db.select().from(projects).where(eq(projects.id, ctx.projectId));
  if (!project) throw new DomainError("NOT_FOUND", "this project no longer exists", { reason: "project" });
  return projectDeletion(ctx, project);
}

type OwnTable = { table: PgTable; projectId: PgColumn };

/**
 * Every table whose rows belong to a project, those that name others first, so that they can be emptied in this order.
 * Taken from the schema itself: a new table is in it by having a `project_id`. The audit log outlives its project.
 */
export const ownTables: readonly OwnTable[] = inOrder(
  Object.values(schema).flatMap((table: unknown) => {
    if (!is(table, PgTable) || table === auditLog) return [];
    const projectId = Object.values(getTableColumns(table)).find((column) => column.name === "project_id");
    return projectId ? [{ table, projectId }] : [];
  }),
);

function inOrder(tables: OwnTable[]): OwnTable[] {
  const ordered = new Set<OwnTable>();
  const place = (one: OwnTable) => {
    for (const other of tables) if (other !== one && names(other.table, one.table) && !ordered.has(other)) place(other);
    ordered.add(one);
  };
  for (const one of tables) place(one);
  return [...ordered];
}

/** Does a row of `from` hold a foreign key of `to`? */
function names(from: PgTable, to: PgTable): boolean {
  return getTableConfig(from).foreignKeys.some((key) => key.reference().foreignTable === to);
}
