import { and, eq, isNull, or } from "drizzle-orm";
import { models } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";

/** A registered model of the project by id or name; NOT_FOUND otherwise. */
export async function findModel(ctx: Pick<Ctx, "db" | "projectId">, ref: string) {
  const named = or(eq(models.id, ref), eq(models.name, ref));
  const [model] = await ctx.db
    .select()
    .from(models)
    .where(and(eq(models.projectId, ctx.projectId), isNull(models.archivedAt), named));
  if (!model) throw new DomainError("NOT_FOUND", `there is no model ${ref}`, { field: "model" });
  return model;
}
