import { and, desc, eq, isNull } from "drizzle-orm";
import { runs } from "#db/schema/runs.ts";
import { missing } from "#server/audit/missing.ts";
import type { Ctx } from "#server/context.ts";
import { pickNamed } from "#server/text/named.rule.ts";
import { isMeant } from "#server/text/named.ts";

/** A run by id, short id (last 6 characters) or name. Throws NOT_FOUND; CONFLICT lists what it could mean, newest first. */
export async function findRun(ctx: Pick<Ctx, "db" | "projectId">, ref: string) {
  const found = await ctx.db
    .select()
    .from(runs)
    .where(and(eq(runs.projectId, ctx.projectId), isNull(runs.deletedAt), isMeant(ref, runs.id, runs.name)))
    .orderBy(desc(runs.id));
  if (found.length === 0) throw await missing(ctx, "run", ref);
  return pickNamed(found, ref, "run");
}
