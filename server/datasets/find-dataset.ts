import { and, eq, isNull } from "drizzle-orm";
import { datasets } from "#db/schema/datasets.ts";
import { missing } from "#server/audit/missing.ts";
import type { Ctx } from "#server/context.ts";
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
  if (found.length === 0) throw await missing(ctx, "dataset", ref);
  return pickNamed(found, ref, "dataset");
}
