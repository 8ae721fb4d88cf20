import { and, eq, isNull } from "drizzle-orm";
import { projects } from "#db/schema/people.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import type { SetRetention } from "#server/projects/input.ts";

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
