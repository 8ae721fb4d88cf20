import { and, eq, isNull } from "drizzle-orm";
import { suites } from "#db/schema/evals.ts";
import { missing } from "#server/audit/missing.ts";
import type { Ctx } from "#server/context.ts";
import { pickNamed } from "#server/text/named.rule.ts";
import { isMeant } from "#server/text/named.ts";

/** A suite by id, short id or name; an archived one only by its ids. Throws NOT_FOUND, CONFLICT for an ambiguous one. */
export async function findSuite(ctx: Pick<Ctx, "db" | "projectId">, ref: string) {
  const found = await ctx.db
    .select()
    .from(suites)
    .where(and(eq(suites.projectId, ctx.projectId), isNull(suites.deletedAt), isMeant(ref, suites.id, suites.name)));
  const meant = found.filter((suite) => suite.archivedAt === null || suite.name !== ref);
  if (meant.length === 0) throw await missing(ctx, "suite", ref);
  return pickNamed(meant, ref, "suite");
}
