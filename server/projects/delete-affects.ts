import { eq } from "drizzle-orm";
import { projects } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { projectDeletion } from "#server/projects/deletion.ts";

/** What deleting this project would do, by name and count: see `Deletion`. */
export async function projectDeleteAffects(ctx: Ctx) {
  const [project] = await ctx.db.select().from(projects).where(eq(projects.id, ctx.projectId));
  if (!project) throw new DomainError("NOT_FOUND", "this project no longer exists", { reason: "project" });
  return projectDeletion(ctx, project);
}
