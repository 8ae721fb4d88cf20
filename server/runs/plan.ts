import { and, desc, eq, isNotNull, isNull, or } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { suites } from "#db/schema/evals.ts";
import { models } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { holdVersion, resolveVersion } from "#server/datasets/resolve-version.ts";
import { nothingToTrain } from "#server/datasets/split.rule.ts";
import { DomainError } from "#server/errors.ts";
import { findTrainableBase } from "#server/models/find-base.ts";
import { modelNameFrom } from "#server/models/name.rule.ts";
import { countSteps, type PastRun } from "#server/runs/estimate.rule.ts";
import type { PlanRun } from "#server/runs/input.ts";
import { completeSettings, type Method, suggestFor } from "#server/runs/methods/method.ts";
import { chosenIn } from "#server/runs/methods/spec.ts";
import { findMethod, methodNamed } from "#server/runs/methods/table.ts";

/**
 * Everything a run would be made of, without starting it: base, data, suite, complete settings, the model's name.
 * Throws NOT_FOUND or REFUSED with the field for whatever stands in its way.
 */
export async function planRun(ctx: Pick<Ctx, "db" | "projectId" | "enqueue" | "actor">, input: PlanRun) {
  const method = methodNamed(input.method);
  const base = await findTrainableBase(ctx, input.base);
  const training = await findData(ctx, input.dataset, method);
  const validation = input.validationDataset ? await findValidation(ctx, input.validationDataset, training) : null;
  const data = { ...training, ...(validation ?? { validationVersionId: null }) };
  const suggested = suggestFor(method, { ...base, ...data });
  const chosen = completeSettings(method, { ...base, ...data }, input.hyperParameters ?? {});
  const workload = method.workload(chosen);
  const steps = countSteps(workload, data.trainRows);
  const modelName = input.modelName ?? modelNameFrom(data.name);
  await checkModelName(ctx, modelName);
  const suite = input.suite ? await findSuite(ctx, input.suite) : null;
  return { base, data, suite, suggested, chosen, workload, steps, modelName, method };
}

async function findData(ctx: Parameters<typeof planRun>[0], ref: string, method: Method) {
  const version = await resolveVersion(ctx, ref);
  await holdVersion(ctx, version.id, "dataset");
  const [dataset] = await ctx.db
    .select({ name: datasets.name })
    .from(datasets)
    .where(and(eq(datasets.id, version.datasetId), eq(datasets.projectId, ctx.projectId)));
  const name = dataset?.name ?? ref;
  const refuse = (why: string) => new DomainError("REFUSED", `${name}/${version.version} ${why}`, { field: "dataset" });
  if (version.status !== "ready") throw refuse(notReady(version.status));
  const { shape, trainBlob } = version;
  if (shape && !method.shapes.includes(shape))
    throw refuse(method.refusals[shape] ?? `has rows that ${method.label} cannot learn from`);
  if (!shape || !trainBlob || !version.trainRows) {
    const none = nothingToTrain(version);
    const page = `change its split on its page, or with ./forge datasets resplit ${name}/${version.version} --validation 0`;
    throw refuse(none ? `cannot be trained on: ${none}; ${page}` : "has no training rows");
  }
  const { id, validationBlob, trainRows, validationRows } = version;
  return {
    id,
    name,
    version: version.version,
    shape,
    trainBlob,
    validationBlob,
    trainRows,
    validationRows: validationRows ?? 0,
    ...charactersOf(version.stats),
  };
}

function notReady(status: string) {
  if (status !== "importing") return `is ${status.replace("_", " ")}, not ready`;
  return "is still being imported: start again when it is ready; ./forge train … --wait waits for it";
}

/** Validation rows of another version, of the same shape. */
async function findValidation(ctx: Parameters<typeof planRun>[0], ref: string, training: { shape: string }) {
  const version = await resolveVersion(ctx, ref).catch((error: unknown) => {
    throw error instanceof DomainError
      ? new DomainError(error.code, error.message, { field: "validationDataset" })
      : error;
  });
  await holdVersion(ctx, version.id, "validationDataset");
  const refuse = (why: string) =>
    new DomainError("REFUSED", `the validation data ${why}`, { field: "validationDataset" });
  if (version.status !== "ready") throw refuse(notReady(version.status));
  if (!version.validationBlob || !version.validationRows)
    throw refuse("has no validation rows: import it with a validation share of 100 %");
  if (version.shape !== training.shape)
    throw refuse(`holds ${version.shape} rows, the training data ${training.shape}: both need the same shape`);
  const { id, validationBlob, validationRows } = version;
  return { validationBlob, validationRows, validationVersionId: id };
}

type Lengths = typeof datasetVersions.$inferSelect.stats;

/** Mean characters of a row, and of the part of it that is learnt. */
function charactersOf(stats: Lengths) {
  const mean = (name: string) => stats?.[name]?.mean ?? null;
  const pair = mean("prompt") === null ? null : (mean("prompt") ?? 0) + (mean("completion") ?? 0);
  return {
    charactersPerRow: mean("conversation") ?? pair ?? mean("text"),
    learntCharactersPerRow: mean("answers") ?? mean("completion") ?? mean("text"),
  };
}

async function checkModelName(ctx: Parameters<typeof planRun>[0], name: string) {
  const [model] = await ctx.db
    .select({ kind: models.kind })
    .from(models)
    .where(and(eq(models.projectId, ctx.projectId), isNull(models.deletedAt), eq(models.name, name)));
  if (model?.kind !== "base") return;
  throw new DomainError("CONFLICT", `${name} is a base model: give the tuned model another name`, {
    field: "modelName",
  });
}

async function findSuite(ctx: Parameters<typeof planRun>[0], ref: string) {
  const [suite] = await ctx.db
    .select({ id: suites.id, name: suites.name, cases: suites.cases })
    .from(suites)
    .where(
      and(eq(suites.projectId, ctx.projectId), isNull(suites.archivedAt), or(eq(suites.id, ref), eq(suites.name, ref))),
    );
  if (suite) return suite;
  throw new DomainError("NOT_FOUND", `there is no eval suite ${ref}`, { field: "suite" });
}

/** What the last five finished runs on this base took. */
export async function pastRuns(ctx: Pick<Ctx, "db" | "projectId">, baseVersionId: string): Promise<PastRun[]> {
  const rows = await ctx.db
    .select({ run: runs, stats: datasetVersions.stats, trainRows: datasetVersions.trainRows })
    .from(runs)
    .innerJoin(datasetVersions, eq(datasetVersions.id, runs.datasetVersionId))
    .where(
      and(
        eq(runs.projectId, ctx.projectId),
        eq(runs.baseVersionId, baseVersionId),
        isNotNull(runs.trainSeconds),
        isNotNull(runs.trainedTokens),
      ),
    )
    .orderBy(desc(runs.id))
    .limit(5);
  return rows.flatMap(({ run, stats, trainRows }) => {
    const method = findMethod(run.method);
    const chosen = method && chosenIn(method, { ...run.config, seed: run.seed });
    const { charactersPerRow, learntCharactersPerRow } = charactersOf(stats);
    if (!chosen || charactersPerRow === null || !run.trainSeconds) return [];
    const { batchSize, gradientAccumulation, epochs, maxSteps } = method.workload(chosen);
    const perSteps = run.step * batchSize * gradientAccumulation;
    const rowsSeen = maxSteps === null ? Math.min(perSteps, epochs * (trainRows ?? 0)) : perSteps;
    const measured = { seconds: run.trainSeconds, trainedTokens: run.trainedTokens ?? 0 };
    return [
      {
        steps: run.step,
        rowsSeen,
        charactersPerRow,
        learntCharactersPerRow,
        aroundSeconds: aroundSeconds(run),
        ...measured,
      },
    ];
  });
}

/** What a run took beside its training; an interrupted one also holds the time it lay still. */
function aroundSeconds(run: typeof runs.$inferSelect): number | null {
  if (run.status !== "succeeded" || run.attempt > 1 || !run.startedAt || !run.finishedAt) return null;
  return Math.max(0, (run.finishedAt.getTime() - run.startedAt.getTime()) / 1_000 - (run.trainSeconds ?? 0));
}
