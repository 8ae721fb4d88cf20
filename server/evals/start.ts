import { and, eq, isNull, or } from "drizzle-orm";
import { newId } from "#db/ids.ts";
import { evals, evalTargets, suites } from "#db/schema/evals.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import type { StartEval } from "#server/evals/input.ts";
import { findVersion } from "#server/models/find-version.ts";

/** Queue a comparison of two model versions on a suite → the eval's row. INVALID when both are the same version. */
export async function startEval(ctx: Ctx, input: StartEval) {
  return transact(ctx, async (ctx) => {
    const [suite] = await ctx.db
      .select()
      .from(suites)
      .where(
        and(
          eq(suites.projectId, ctx.projectId),
          isNull(suites.archivedAt),
          or(eq(suites.id, input.suite), eq(suites.name, input.suite)),
        ),
      )
      .for("key share");
    if (!suite) throw new DomainError("NOT_FOUND", `there is no suite ${input.suite}`, { field: "suite" });
    const candidate = await findVersion(ctx, input.candidate, "candidate");
    const baseline = await findVersion(ctx, input.baseline, "baseline");
    if (candidate.id === baseline.id) {
      throw new DomainError("INVALID", `${candidate.name} cannot be compared with itself: choose another baseline`, {
        field: "baseline",
      });
    }
    const targets = [candidate, baseline];
    const [row] = await ctx.db
      .insert(evals)
      .values({
        id: newId("eval"),
        projectId: ctx.projectId,
        suiteId: suite.id,
        status: "queued",
        casesTotal: suite.cases * targets.length,
        createdBy: ctx.actor,
      })
      .returning();
    if (!row) throw new DomainError("UNAVAILABLE", "the eval was not stored");
    await ctx.db.insert(evalTargets).values(
      targets.map(({ id }, position) => ({
        evalId: row.id,
        position,
        projectId: ctx.projectId,
        modelVersionId: id,
        isBaseline: id === baseline.id,
      })),
    );
    ctx.changed({
      action: "evals.start",
      id: row.id,
      detail: { suiteId: suite.id, candidate: candidate.id, baseline: baseline.id },
    });
    ctx.enqueue("evals.run", { projectId: ctx.projectId, evalId: row.id });
    return row;
  });
}
