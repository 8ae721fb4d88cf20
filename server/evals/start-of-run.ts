import { and, eq } from "drizzle-orm";
import { modelVersions } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { startEval } from "#server/evals/start.ts";
import { awaitsEval } from "#server/jobs/lost.ts";
import { aliasHolder } from "#server/models/aliases.ts";

/**
 * The job after a registration: the suite that the run names compares its version with the champion, else with its base.
 * Safe to run twice: a version that was evaluated on the suite, or could not be, is left alone. A suite that went
 * meanwhile is kept in the audit log as the reason.
 */
export async function startEvalOfRun(ctx: Ctx, { runId }: { runId: string }) {
  return transact(ctx, async (ctx) => {
    const mine = and(eq(runs.id, runId), eq(runs.projectId, ctx.projectId));
    await ctx.db.select({ id: runs.id }).from(runs).where(mine).for("update");
    // asked with the row in hand: a statement that waited for it would judge by what stood before the wait
    const [run] = await ctx.db
      .select({ suiteId: runs.suiteId })
      .from(runs)
      .where(and(mine, awaitsEval(ctx)));
    if (!run?.suiteId) return null;
    const [version] = await ctx.db
      .select({ id: modelVersions.id, modelId: modelVersions.modelId, baseVersionId: modelVersions.baseVersionId })
      .from(modelVersions)
      .where(and(eq(modelVersions.runId, runId), eq(modelVersions.projectId, ctx.projectId)));
    const champion = version && (await aliasHolder(ctx, version.modelId, "champion"));
    const baseline = champion ?? version?.baseVersionId;
    if (!version || !baseline) return null;
    try {
      return await startEval(ctx, { suite: run.suiteId, candidate: version.id, baseline });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const detail = { suiteId: run.suiteId, why: error.message };
      ctx.changed({ action: "evals.start", id: version.id, outcome: "refused", detail });
      return null;
    }
  });
}
