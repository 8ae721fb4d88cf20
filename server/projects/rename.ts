import { and, eq, isNull } from "drizzle-orm";
import { projects } from "#db/schema/people.ts";
import { notifyLive } from "#server/audit/live.ts";
import { recordAudit } from "#server/audit/record.ts";
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
    await recordAudit(ctx, "projects.rename", project.id, { name: input.name });
    await notifyLive(ctx, `project:${ctx.projectId}`, { kind: "projects", id: ctx.projectId });
    return project;
  });
}
