import { and, asc, eq, sql } from "drizzle-orm";
import { datasetVersions } from "#db/schema/datasets.ts";
import { artifacts, models, modelVersions } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import { DomainError } from "#server/errors.ts";
import { folderBytes } from "#server/folder-bytes.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import { release } from "#server/jobs/lease.ts";
import { trainings } from "#server/jobs/leased.ts";
import { onceDatabaseIsBack } from "#server/jobs/reconnect.ts";
import { filesOfArtifact, layOut } from "#server/models/artifacts/lay-out.ts";
import { TrainerFailure } from "#server/models/python/failure.ts";
import { claimRun } from "#server/runs/claim.ts";
import type { Spec } from "#server/runs/contract.ts";
import { failRun, failureOf } from "#server/runs/fail.ts";
import { followRun } from "#server/runs/follow.ts";
import { chosenIn } from "#server/runs/methods/spec.ts";
import { findMethod } from "#server/runs/methods/table.ts";
import { trainingBytes } from "#server/runs/room.rule.ts";
import { findTrainer, prepareFolder, type RunFolder, runFolder } from "#server/runs/trainer/folder.ts";
import { requireRoom } from "#server/storage.ts";

type Run = typeof runs.$inferSelect;

/**
 * The job of a training: claim, lay out base and data, follow the trainer to its end, enqueue the next in line.
 * A second job for the same run is refused by the claim; a killed worker's successor goes on where it stopped.
 */
export async function trainRun(ctx: ProjectJobCtx, { runId }: { runId: string }, signal: AbortSignal) {
  const claim = await claimRun(ctx, runId);
  if (claim.outcome !== "claimed") return claim;
  const folder = runFolder(runId);
  try {
    if (!(await findTrainer(folder))) await prepare(ctx, claim.run, folder);
    await followRun({ ctx, run: claim.run, folder }, signal);
  } catch (error) {
    if (signal.aborted) {
      await release(ctx, trainings, claim.run, {}, { here: true }); // the trainer goes on, here
      throw error;
    }
    const failure = failureOf(error);
    await onceDatabaseIsBack(() => failRun(ctx, trainings, claim.run, failure), signal);
  }
  await ringNext(ctx);
}

async function prepare(ctx: ProjectJobCtx, run: Run, folder: RunFolder) {
  const [found] = await ctx.db
    .select({ base: modelVersions, name: models.name, artifact: artifacts, data: datasetVersions })
    .from(modelVersions)
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .innerJoin(artifacts, eq(artifacts.id, modelVersions.weightsArtifactId))
    .innerJoin(datasetVersions, eq(datasetVersions.id, run.datasetVersionId))
    .where(and(eq(modelVersions.id, run.baseVersionId), eq(modelVersions.projectId, ctx.projectId)));
  if (!found) throw baseMissing("the base model's files are no longer registered");
  const { artifact, name, data } = found;
  const { method, workload } = frozenIn(run);
  const parameters = found.base.parameters ?? artifact.bytes / 2; // F16 when nobody counted them
  const heldBytes = await folderBytes(folder.root); // of an attempt before this one
  const needs = trainingBytes({ parameters, rank: workload.rank, keep: workload.checkpointsKept, heldBytes });
  await requireRoom(ctx.storage, "this training", needs);
  const files = await filesOfArtifact(ctx, artifact.id);
  const base = folder.base(name);
  await layOut(ctx.storage, files, base).catch((cause: unknown) => {
    throw cause instanceof DomainError ? baseMissing(cause.message) : cause;
  });
  const { shape } = data;
  if (!data.trainBlob || !shape || !method.shapes.includes(shape)) {
    throw new TrainerFailure({ code: "BAD_DATA", message: "the dataset version has no rows to train on", hint: null });
  }
  const held = run.validationVersionId ? await validationOf(ctx, run.validationVersionId) : data;
  const validation = held?.validationRows ? held.validationBlob : null; // of a split without rows the file is empty
  const spec: Spec = {
    ...run.config,
    v: 1,
    runId: run.id,
    method: method.name,
    seed: run.seed,
    base: { path: base, sha256: artifact.digest },
    data: { train: folder.train, validation: validation ? folder.validation : null, shape },
  };
  const blob = (sha256: string) => ctx.storage.pathOf(sha256);
  await prepareFolder(folder, spec, {
    train: blob(data.trainBlob),
    validation: validation ? blob(validation) : null,
  });
}

/** The run's method and what its frozen settings ask of the machine. Throws TrainerFailure when we do not know them. */
function frozenIn(run: Run) {
  const method = findMethod(run.method);
  const chosen = method && chosenIn(method, { ...run.config, seed: run.seed });
  if (method && chosen) return { method, workload: method.workload(chosen) };
  throw new TrainerFailure({
    code: "BAD_SPEC",
    message: `this version does not know the run's method ${run.method} or its settings`,
    hint: "Start a new run of the same data.",
  });
}

async function validationOf(ctx: ProjectJobCtx, versionId: string) {
  const [version] = await ctx.db
    .select({ validationBlob: datasetVersions.validationBlob, validationRows: datasetVersions.validationRows })
    .from(datasetVersions)
    .where(and(eq(datasetVersions.id, versionId), eq(datasetVersions.projectId, ctx.projectId)));
  return version;
}

function baseMissing(message: string) {
  return new TrainerFailure({
    code: "BASE_MISSING",
    message,
    hint: "Import the base model again, then resume this run.",
  });
}

/** The device is free: whoever stands first in line need not wait for the sweep. */
async function ringNext(ctx: ProjectJobCtx) {
  const [next] = await ctx.db
    .select({ runId: runs.id, projectId: runs.projectId })
    .from(runs)
    .where(sql`${runs.status} = 'queued'`)
    .orderBy(asc(runs.queuedAt), asc(runs.id))
    .limit(1);
  if (next) ctx.enqueue("runs.train", next);
}
