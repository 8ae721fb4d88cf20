import { and, eq, isNull } from "drizzle-orm";
import { datasets } from "#db/schema/datasets.ts";
import { missing } from "#server/audit/missing.ts";
import type { Ctx } from "#server/context.ts";
import { didYouMean, nearNames } from "#server/text/name-search.ts";
import { pickNamed } from "#server/text/named.rule.ts";
import { isMeant } from "#server/text/named.ts";

/** A dataset by id, short id or name, archived or not. Throws NOT_FOUND, CONFLICT for an ambiguous short id. */
export async function findDataset(ctx: Pick<Ctx, "db" | "projectId">, ref: string) {
  const found = await ctx.db
    .select({ id: datasets.id, name: datasets.name })
    .from(datasets)
    .where(
      and(eq(datasets.projectId, ctx.projectId), isNull(datasets.deletedAt), isMeant(ref, datasets.id, datasets.name)),
    );
  if (found.length === 0) {
    const near = {
      name: datasets.name,
      from: datasets,
      where: and(eq(datasets.projectId, ctx.projectId), isNull(datasets.deletedAt)),
    };
    throw await missing(ctx, "dataset", ref, undefined, async () =>
      didYouMean(await nearNames(ctx, near, ref), "./forge datasets list"),
    );
  }
  return pickNamed(found, ref, "dataset");
}
