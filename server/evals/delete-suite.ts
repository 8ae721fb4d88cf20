import { and, eq, isNull, notExists, sql } from "drizzle-orm";
import { evals, suites } from "#db/schema/evals.ts";
import { runs } from "#db/schema/runs.ts";
import { missing } from "#server/audit/missing.ts";
import type { Ctx } from "#server/context.ts";
import { deleteThing } from "#server/deletion.ts";
import { suiteDeletion } from "#server/evals/deletion.ts";
import { findSuite } from "#server/evals/find-suite.ts";
import type { NamedSuite } from "#server/evals/input.ts";

/**
 * Delete a suite; its name is free again and its evals keep their results, with a row that names it. Throws NOT_FOUND,
 * REFUSED while an eval on it is under way.
 */
export async function deleteSuite(ctx: Ctx, input: NamedSuite) {
  const { id } = await findSuite(ctx, input.suite);
  const mine = and(eq(suites.id, id), eq(suites.projectId, ctx.projectId), isNull(suites.deletedAt));
  return deleteThing(
    ctx,
    "evals.deleteSuite",
    async (ctx) => {
      const [suite] = await ctx.db.select().from(suites).where(mine).for("update");
      if (!suite) throw await missing(ctx, "suite", id);
      return { ...(await suiteDeletion(ctx, suite)), suite };
    },
    async (ctx, { name, suite }) => {
      const judged = ctx.db.select({ one: sql`1` }).from(evals).where(eq(evals.suiteId, suites.id));
      const wanted = ctx.db.select({ one: sql`1` }).from(runs).where(eq(runs.suiteId, suites.id));
      await ctx.db.delete(suites).where(and(mine, notExists(judged), notExists(wanted)));
      const now = sql`now()`;
      await ctx.db.update(suites).set({ deletedAt: now, archivedAt: now }).where(mine);
      const { datasetVersionId, cases } = suite;
      ctx.changed({ action: "evals.deleteSuite", id, detail: { name, datasetVersionId, cases } });
    },
  );
}

/** What deleting a suite would do, by name and count: see `Deletion`. NOT_FOUND outside the project. */
export async function suiteDeleteAffects(ctx: Ctx, input: NamedSuite) {
  return suiteDeletion(ctx, await findSuite(ctx, input.suite));
}
