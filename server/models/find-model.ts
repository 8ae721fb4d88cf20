import { and, eq, isNull } from "drizzle-orm";
import { models } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";
import { pickNamed } from "#server/named.rule.ts";
import { isMeant } from "#server/named.ts";

/** A registered model of the project by id, short id or name; NOT_FOUND otherwise. */
export async function findModel(ctx: Pick<Ctx, "db" | "projectId">, ref: string) {
  const found = await ctx.db
    .select()
    .from(models)
    .where(and(eq(models.projectId, ctx.projectId), isNull(models.archivedAt), isMeant(ref, models.id, models.name)));
  return pickNamed(found, ref, "model", "model");
}
