import { setTimeout as sleep } from "node:timers/promises";
import type { Ctx } from "#server/context.ts";
import { decideDataset } from "#server/datasets/decide.ts";
import { findFile } from "#server/datasets/files/find.ts";
import { resolveVersion } from "#server/datasets/resolve-version.ts";
import { resplitVersion } from "#server/datasets/resplit-version.ts";
import { DomainError } from "#server/errors.ts";
import type { OnBadRows } from "#server/gateway/control/bad-rows.ts";
import { findJob } from "#server/gateway/control/jobs/find.ts";
import { fromOpenAi } from "#server/gateway/control/jobs/hyper-parameters.rule.ts";
import type { CreateJob } from "#server/gateway/control/jobs/input.ts";
import { type Attempt, once } from "#server/gateway/control/once.ts";
import { methodNamed, methods } from "#server/runs/methods/table.ts";
import { planRun } from "#server/runs/plan.ts";
import { startRun } from "#server/runs/start.ts";
import type { Storage } from "#server/storage.ts";

const importWithinMs = 30_000;
const lookEveryMs = 200;

/** Fields of our verbs under the names that an OpenAI client used. */
const params: Record<string, string> = {
  base: "model",
  dataset: "training_file",
  validationDataset: "validation_file",
  modelName: "suffix",
};

/**
 * Start a run as an OpenAI fine-tuning job → the job. A file whose import is still going on is waited for, up to 30 s;
 * one with rows that cannot be used is gone on with when `onBadRows` says so.
 * Throws INVALID, NOT_FOUND, REFUSED or CONFLICT with OpenAI's param; UNAVAILABLE when the import takes longer.
 */
export async function createJob(
  ctx: Ctx & { storage: Storage },
  input: CreateJob,
  attempt: Attempt,
  onBadRows: OnBadRows | null = null,
) {
  const { training_file, validation_file } = input;
  const { storage } = ctx;
  if (validation_file === training_file)
    throw new DomainError("INVALID", "validation_file is the training file: leave it out to keep a tenth of the rows", {
      field: "validation_file",
    });
  const { dataset, validationDataset } = await dataOf(ctx, training_file, validation_file ?? null, onBadRows);
  const { method, asked } = methodOf(input);
  try {
    const { model: base, metadata, seed } = input;
    const plan = () => planRun(ctx, { base, dataset, method });
    const chosen = await fromOpenAi(methodNamed(method), asked, async () => (await plan()).suggested);
    const hyperParameters = typeof seed === "number" ? { ...chosen, seed } : chosen;
    const names = input.suffix ? { suffix: input.suffix, modelName: input.suffix } : {};
    const data = { dataset, validationDataset };
    const start = async (inner: Ctx) => {
      const ctx = { ...inner, storage };
      const run = await startRun(ctx, { base, ...data, method, ...names, hyperParameters, metadata });
      return findJob(ctx, run.id);
    };
    return await once(ctx, attempt, start, findJob);
  } catch (error) {
    if (!(error instanceof DomainError) || !error.field) throw error;
    const field = params[error.field] ?? error.field;
    throw new DomainError(error.code, error.message, { field, reason: error.reason ?? undefined, cause: error });
  }
}

/** The method that a job asks for, and what it sets of it. */
function methodOf({ method: asked, hyperparameters }: CreateJob) {
  const method = methods.find(({ openaiType }) => openaiType === asked?.type) ?? methods[0];
  if (hyperparameters && method !== methods[0])
    throw new DomainError("INVALID", `hyperparameters of ${asked?.type} go into method.${asked?.type}`, {
      field: "hyperparameters",
    });
  return { method: method.name, asked: asked?.hyperparameters ?? hyperparameters ?? {} };
}

/**
 * The dataset versions that the files became. Beside a validation file all rows of the training file are trained on, and
 * all rows of the other are held out: a file that was split otherwise gets another version of the same bytes.
 */
async function dataOf(ctx: Ctx, trainingFile: string, validationFile: string | null, onBadRows: OnBadRows | null) {
  const deadline = performance.now() + importWithinMs;
  const decided = (look: () => Promise<Importing>) => async () => {
    const found = await look();
    const isWaiting = onBadRows !== null && found.status === "error";
    return isWaiting && (await decideAboutRows(ctx, found.versionId, onBadRows)) ? look() : found;
  };
  const training = decided(() => versionOf(ctx, trainingFile, "training_file"));
  const dataset = await imported(trainingFile, "training_file", deadline, training);
  if (validationFile === null) return { dataset, validationDataset: null };
  const validation = decided(() => versionOf(ctx, validationFile, "validation_file"));
  const held = await imported(validationFile, "validation_file", deadline, validation);
  const all = (versionId: string, validationShareBp: number) => () =>
    resplitVersion(ctx, { versionId, validationShareBp });
  return {
    dataset: await imported(trainingFile, "training_file", deadline, all(dataset, 0)),
    validationDataset: await imported(validationFile, "validation_file", deadline, all(held, 10_000)),
  };
}

/** Decide about a version that waits because of its bad rows; false when it waits for nothing of the kind. */
async function decideAboutRows(ctx: Ctx, versionId: string, onBadRows: OnBadRows): Promise<boolean> {
  const { status, review } = await resolveVersion(ctx, versionId);
  if (status !== "needs_review" || review?.kind !== "bad_rows") return false;
  await decideDataset(ctx, { versionId, decision: { do: onBadRows } });
  return true;
}

type Importing = { versionId: string; status: "uploaded" | "processed" | "error"; why: string | null };

async function versionOf(ctx: Ctx, fileId: string, field: string): Promise<Importing> {
  const file = await findFile(ctx, fileId).catch((error: unknown) => {
    throw error instanceof DomainError ? new DomainError(error.code, error.message, { field }) : error;
  });
  if (!file.datasetVersionId)
    throw new DomainError("REFUSED", `${fileId} was not uploaded with purpose fine-tune`, { field });
  return { versionId: file.datasetVersionId, status: file.status, why: file.statusDetails };
}

/** Wait until an import has ended well → the version's id. Throws REFUSED, UNAVAILABLE past the deadline. */
async function imported(fileId: string, field: string, deadline: number, look: () => Promise<Importing>) {
  for (;;) {
    const { versionId, status, why } = await look();
    if (status === "processed") return versionId;
    if (status === "error")
      throw new DomainError("REFUSED", `${fileId} cannot be trained on: ${why ?? "it was refused"}`, {
        field,
        reason: "invalid_training_file",
      });
    if (performance.now() > deadline)
      throw new DomainError("UNAVAILABLE", `${fileId} is still being read: try again in a moment`, { field });
    await sleep(lookEveryMs);
  }
}
