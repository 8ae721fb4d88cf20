import { newId } from "#db/ids.ts";
import { runs } from "#db/schema/runs.ts";
import { notifyLive } from "#server/audit/live.ts";
import { recordAudit } from "#server/audit/record.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { StartRun } from "#server/runs/input.ts";
import { nameRun } from "#server/runs/name-run.ts";
import { planRun } from "#server/runs/plan.ts";

/**
 * Queue a run with its settings frozen → its row. Throws as planRun: NOT_FOUND, REFUSED or CONFLICT with the field;
 * INVALID for a hyper-parameter out of range.
 */
export async function startRun(ctx: Ctx, request: StartRun) {
  const input = StartRun.parse(request);
  return transact(ctx, async (ctx) => {
    const plan = await planRun(ctx, input);
    const name = await nameRun(ctx, { wanted: input.name, stem: `${plan.modelName}-${plan.method}` });
    const [run] = await ctx.db
      .insert(runs)
      .values({
        id: newId("run"),
        projectId: ctx.projectId,
        name,
        modelName: plan.modelName,
        suffix: input.suffix ?? null,
        method: plan.method,
        status: "queued",
        baseVersionId: plan.base.id,
        datasetVersionId: plan.data.id,
        validationVersionId: plan.data.validationVersionId,
        suiteId: plan.suite?.id ?? null,
        metadata: input.metadata ?? null,
        config: plan.settings,
        seed: plan.chosen.seed,
        totalSteps: plan.steps,
        createdBy: ctx.actor,
      })
      .returning();
    if (!run) throw new DomainError("UNAVAILABLE", "the run was not stored");
    await recordAudit(ctx, "runs.start", run.id, { base: plan.base.id, dataset: plan.data.id, steps: plan.steps });
    await notifyLive(ctx, `project:${ctx.projectId}`, { kind: "runs", id: run.id });
    ctx.enqueue("runs.train", { projectId: ctx.projectId, runId: run.id });
    return run;
  });
}
