import { and, eq, isNull } from "drizzle-orm";
import { projects } from "#db/schema/people.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import type { RenameProject } from "#server/projects/input.ts";

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
