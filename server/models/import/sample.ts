import { and, eq, isNull, ne } from "drizzle-orm";
import { models, modelVersions } from "#db/schema/models.ts";
import { projects } from "#db/schema/people.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { insertBaseVersion } from "#server/models/import/start.ts";

export const sampleName = "nano";

/**
 * Give the project its first base, `nano`, which ships with LargeForge. A project that has the name keeps what it has,
 * unless every import of it has failed. NOT_FOUND (reason `gone`) for one that was deleted.
 */
export async function importSampleModel(ctx: Ctx) {
  return transact(ctx, async (ctx) => {
    const [project] = await ctx.db
      .select({ id: projects.id })
      .from(projects)
      .where(eq(projects.id, ctx.projectId))
      .for("no key update"); // one at a time, beside whoever adds rows to the project
    if (!project) throw new DomainError("NOT_FOUND", "there is no such project", { reason: "gone" });
    const [found] = await ctx.db
      .select({ id: modelVersions.id })
      .from(modelVersions)
      .innerJoin(models, eq(models.id, modelVersions.modelId))
      .where(
        and(
          eq(models.projectId, ctx.projectId),
          eq(models.name, sampleName),
          isNull(modelVersions.deletedAt),
          ne(modelVersions.status, "failed"),
        ),
      )
      .limit(1);
    if (found) return;
    const version = await insertBaseVersion(ctx, sampleName, { kind: "sample", location: sampleName });
    ctx.changed({ action: "models.importSample", id: version.id, detail: { name: sampleName } });
  });
}
