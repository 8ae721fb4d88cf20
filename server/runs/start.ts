import { and, eq } from "drizzle-orm";
import { newId } from "#db/ids.ts";
import { artifacts } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import type { StartRun } from "#server/runs/input.ts";
import { settingsOf } from "#server/runs/methods/spec.ts";
import { nameRun } from "#server/runs/name-run.ts";
import { planRun } from "#server/runs/plan.ts";
import { trainingBytes } from "#server/runs/room.rule.ts";
import type { Storage } from "#server/storage.ts";
import { requireRoom } from "#server/storage.ts";

type Plan = Awaited<ReturnType<typeof planRun>>;

/** What the job asks again once it is this run's turn: better said before somebody waits in line for it. */
async function requireRoomFor(ctx: Ctx & { storage: Storage }, { base, workload }: Plan) {
  const [weights] = await ctx.db
    .select({ bytes: artifacts.bytes })
    .from(artifacts)
    .where(and(eq(artifacts.id, base.weightsArtifactId), eq(artifacts.projectId, ctx.projectId)));
  const parameters = base.parameters ?? (weights?.bytes ?? 0) / 2; // F16 when nobody counted them
  const needs = trainingBytes({ parameters, rank: workload.rank, keep: workload.checkpointsKept });
  await requireRoom(ctx.storage, "this training", needs);
}

/**
 * Queue a run with its settings frozen → its row. Throws as planRun: NOT_FOUND, REFUSED or CONFLICT with the field;
 * NO_ROOM when the disk could not take its checkpoints now.
 */
export async function startRun(ctx: Ctx & { storage: Storage }, input: StartRun) {
  return transact(ctx, async (ctx) => {
    const plan = await planRun(ctx, input);
    await requireRoomFor(ctx, plan);
    const { seed, ...config } = settingsOf(plan.method, plan.chosen);
    const name = await nameRun(ctx, { wanted: input.name, stem: `${plan.modelName}-${plan.method.name}` });
    const [run] = await ctx.db
      .insert(runs)
      .values({
        id: newId("run"),
        projectId: ctx.projectId,
        name,
        modelName: plan.modelName,
        suffix: input.suffix ?? null,
        method: plan.method.name,
        status: "queued",
        baseVersionId: plan.base.id,
        datasetVersionId: plan.data.id,
        validationVersionId: plan.data.validationVersionId,
        suiteId: plan.suite?.id ?? null,
        metadata: input.metadata ?? null,
        config,
        seed: Number(seed),
        totalSteps: plan.steps,
        createdBy: ctx.actor,
      })
      .returning();
    if (!run) throw new DomainError("UNAVAILABLE", "the run was not stored");
    ctx.changed({
      action: "runs.start",
      id: run.id,
      detail: { base: plan.base.id, dataset: plan.data.id, steps: plan.steps },
    });
    ctx.enqueue("runs.train", { projectId: ctx.projectId, runId: run.id });
    return run;
  });
}
