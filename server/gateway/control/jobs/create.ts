import { setTimeout as sleep } from "node:timers/promises";
import type { Ctx } from "#server/context.ts";
import { findFile } from "#server/datasets/files/find.ts";
import { DomainError } from "#server/errors.ts";
import { findJob } from "#server/gateway/control/jobs/find.ts";
import type { CreateJob } from "#server/gateway/control/jobs/input.ts";
import { type Attempt, once } from "#server/gateway/control/once.ts";
import type { HyperParameters } from "#server/runs/input.ts";
import { planRun } from "#server/runs/plan.ts";
import { startRun } from "#server/runs/start.ts";

const importWithinMs = 30_000;
const lookEveryMs = 200;

/** Fields of our verbs under the names that an OpenAI client used. */
const params: Record<string, string> = { base: "model", dataset: "training_file", modelName: "suffix" };

/**
 * Start a run as an OpenAI fine-tuning job → the job. A file whose import is still going on is waited for, up to 30 s.
 * Throws INVALID, NOT_FOUND, REFUSED or CONFLICT with OpenAI's param; UNAVAILABLE when the import takes longer.
 */
export async function createJob(ctx: Ctx, input: CreateJob, attempt: Attempt) {
  const dataset = await datasetOf(ctx, input.training_file);
  const hyperparameters = input.method?.supervised?.hyperparameters ?? input.hyperparameters ?? {};
  try {
    const hyperParameters = await chosen(ctx, { base: input.model, dataset }, hyperparameters, input.seed);
    const names = input.suffix ? { suffix: input.suffix, modelName: input.suffix } : {};
    const start = async (ctx: Ctx) => {
      const run = await startRun(ctx, { base: input.model, dataset, method: "sft", ...names, hyperParameters });
      return findJob(ctx, run.id);
    };
    return await once(ctx, attempt, start, findJob);
  } catch (error) {
    if (!(error instanceof DomainError) || !error.field) throw error;
    const field = params[error.field] ?? error.field;
    throw new DomainError(error.code, error.message, { field, reason: error.reason ?? undefined, cause: error });
  }
}

async function chosen(
  ctx: Ctx,
  of: { base: string; dataset: string },
  asked: NonNullable<CreateJob["hyperparameters"]>,
  seed: number | null | undefined,
): Promise<Partial<HyperParameters>> {
  const { n_epochs: epochs, batch_size: batchSize, learning_rate_multiplier: multiplier } = asked;
  const chosen: Partial<HyperParameters> = {};
  if (typeof epochs === "number") chosen.epochs = epochs;
  if (typeof batchSize === "number") chosen.batchSize = batchSize;
  if (typeof seed === "number") chosen.seed = seed;
  if (typeof multiplier === "number")
    chosen.learningRate = (await planRun(ctx, of)).suggested.learningRate * multiplier;
  return chosen;
}

/** The dataset version that a `fine-tune` file became. */
async function datasetOf(ctx: Ctx, fileId: string): Promise<string> {
  const deadline = performance.now() + importWithinMs;
  const refuse = (code: "REFUSED" | "UNAVAILABLE", message: string) =>
    new DomainError(code, message, { field: "training_file" });
  for (;;) {
    const file = await findFile(ctx, fileId).catch((error: unknown) => {
      if (error instanceof DomainError) throw new DomainError(error.code, error.message, { field: "training_file" });
      throw error;
    });
    if (!file.datasetVersionId) throw refuse("REFUSED", `${fileId} was not uploaded with purpose fine-tune`);
    if (file.status === "processed") return file.datasetVersionId;
    if (file.status === "error")
      throw refuse("REFUSED", `${fileId} cannot be trained on: ${file.statusDetails ?? "it was refused"}`);
    if (performance.now() > deadline)
      throw refuse("UNAVAILABLE", `${fileId} is still being read: try again in a moment`);
    await sleep(lookEveryMs);
  }
}
