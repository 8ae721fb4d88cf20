import { and, desc, eq } from "drizzle-orm";
import { evals, suites } from "#db/schema/evals.ts";
import { missing } from "#server/audit/missing.ts";
import type { Ctx } from "#server/context.ts";
import { pickNamed } from "#server/text/named.rule.ts";
import { isMeant } from "#server/text/named.ts";

/**
 * The id of an eval by id, short id, or the name of a suite that ran once. Throws NOT_FOUND; CONFLICT lists what it
 * could mean, newest first.
 */
export async function findEval(ctx: Pick<Ctx, "db" | "projectId">, ref: string): Promise<string> {
  const found = await ctx.db
    .select({ id: evals.id, name: suites.name })
    .from(evals)
    .innerJoin(suites, eq(suites.id, evals.suiteId))
    .where(and(eq(evals.projectId, ctx.projectId), isMeant(ref, evals.id, suites.name)))
    .orderBy(desc(evals.id));
  if (found.length === 0) throw await missing(ctx, "eval", ref);
  return pickNamed(found, ref, "eval").id;
}
