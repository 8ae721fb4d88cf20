import { and, eq, isNull, sql } from "drizzle-orm";
import { suites } from "#db/schema/evals.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";

/** Take a suite off the lists; its evals stay readable. NOT_FOUND when it is not here or archived already. */
export async function archiveSuite(ctx: Ctx, { suiteId }: { suiteId: string }) {
  return transact(ctx, async (ctx) => {
    const [suite] = await ctx.db
      .update(suites)
      .set({ archivedAt: sql`now()` })
      .where(and(eq(suites.id, suiteId), eq(suites.projectId, ctx.projectId), isNull(suites.archivedAt)))
      .returning({ id: suites.id, name: suites.name });
    if (!suite) throw new DomainError("NOT_FOUND", "there is no such suite");
    ctx.changed({ action: "evals.archiveSuite", id: suiteId });
    return suite;
  });
}
