import { and, eq, isNull } from "drizzle-orm";
import { models } from "#db/schema/models.ts";
import { missing } from "#server/audit/missing.ts";
import type { Ctx } from "#server/context.ts";
import { didYouMean, nearNames } from "#server/text/name-search.ts";
import { pickNamed } from "#server/text/named.rule.ts";
import { isMeant } from "#server/text/named.ts";

/** A registered model of the project by id, short id or name; NOT_FOUND otherwise. */
export async function findModel(ctx: Pick<Ctx, "db" | "projectId">, ref: string) {
  const found = await ctx.db
    .select()
    .from(models)
    .where(
      and(
        eq(models.projectId, ctx.projectId),
        isNull(models.archivedAt),
        isNull(models.deletedAt),
        isMeant(ref, models.id, models.name),
      ),
    );
  if (found.length === 0) {
    const there = and(eq(models.projectId, ctx.projectId), isNull(models.archivedAt), isNull(models.deletedAt));
    throw await missing(ctx, "model", ref, "model", async () =>
      didYouMean(await nearNames(ctx, { name: models.name, from: models, where: there }, ref), "./forge models list"),
    );
  }
  return pickNamed(found, ref, "model", "model");
}
