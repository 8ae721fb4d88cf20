import { and, asc, desc, eq, inArray, lt, ne, sql } from "drizzle-orm";
import { heldRunStatuses } from "#db/enums.ts";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { evals, evalTargets, suites } from "#db/schema/evals.ts";
import { artifacts, models, modelVersions } from "#db/schema/models.ts";
import { runEvents, runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { withoutLease } from "#server/jobs/lease.ts";
import { checkpointsOf } from "#server/runs/checkpoints.rule.ts";
import { findRun } from "#server/runs/find-run.ts";
import type { RunRef } from "#server/runs/input.ts";
import { chosenIn } from "#server/runs/methods/spec.ts";
import { findMethod } from "#server/runs/methods/table.ts";
import { keptSteps } from "#server/runs/trainer/checkpoints.ts";

/**
 * One run with what it came from, what became of it, its settings and its checkpoints; the curves and the events have
 * verbs of their own. Throws NOT_FOUND.
 */
export async function showRun(ctx: Ctx, { runId }: RunRef) {
  const run = await findRun(ctx, runId);
  const [origin, checkpoints, validation, first, made, results, ahead, kept] = await Promise.all([
    originOf(ctx, run),
    eventsOf(ctx, run.id, "checkpoint"),
    eventsOf(ctx, run.id, "eval"),
    firstLoss(ctx, run.id),
    madeBy(ctx, run.id),
    suiteOf(ctx, run),
    runsAhead(ctx, run),
    keptSteps(run.id),
  ]);
  const method = findMethod(run.method);
  const chosen = method ? chosenIn(method, { ...run.config, seed: run.seed }) : null;
  const { config: _config, trainerSeq: _seq, ...facts } = withoutLease(run);
  const losses = validation.map(({ body }) => ({ step: numberIn(body, "step"), loss: numberIn(body, "loss") }));
  const best = losses.reduce<{ step: number; loss: number } | null>(
    (least, each) => (!least || each.loss < least.loss ? each : least),
    null,
  );
  const saved = checkpointsOf(
    checkpoints.map(({ body, at }) => ({ step: numberIn(body, "step"), bytes: numberIn(body, "bytes"), at })),
    losses,
  );
  const there = kept ? saved.filter(({ step }) => kept.has(step)) : saved;
  return {
    ...facts,
    ...origin,
    /** null for a method, or settings, of another version of the software */
    hyperParameters: chosen,
    checkpointEverySteps: method && chosen ? method.workload(chosen).checkpointEverySteps : null,
    checkpoints: there,
    /** saved once and removed since: by the trainer, which keeps few, or by the retention of ended runs */
    removedCheckpoints: saved.length - there.length,
    firstLoss: first,
    validation: { last: losses.at(-1) ?? null, best },
    made,
    ...results,
    runsAhead: ahead,
  };
}

async function originOf(ctx: Ctx, run: typeof runs.$inferSelect) {
  const [row] = await ctx.db
    .select({
      base: {
        versionId: modelVersions.id,
        modelId: models.id,
        name: models.name,
        version: modelVersions.version,
        deletedAt: modelVersions.deletedAt,
      },
      dataset: {
        versionId: datasetVersions.id,
        id: datasets.id,
        name: datasets.name,
        version: datasetVersions.version,
        trainRows: datasetVersions.trainRows,
        validationRows: datasetVersions.validationRows,
        shape: datasetVersions.shape,
        deletedAt: datasetVersions.deletedAt,
        sha256: datasetVersions.sourceBlob,
      },
    })
    .from(modelVersions)
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .innerJoin(datasetVersions, eq(datasetVersions.id, run.datasetVersionId))
    .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
    .where(and(eq(modelVersions.id, run.baseVersionId), eq(modelVersions.projectId, ctx.projectId)));
  return {
    base: row?.base ?? null,
    dataset: row?.dataset ?? null,
    /** the version whose validation rows stand in for the dataset's own */
    validationDataset: run.validationVersionId ? await datasetNamed(ctx, run.validationVersionId) : null,
  };
}

async function datasetNamed(ctx: Ctx, versionId: string) {
  const [found] = await ctx.db
    .select({
      versionId: datasetVersions.id,
      id: datasets.id,
      name: datasets.name,
      version: datasetVersions.version,
      validationRows: datasetVersions.validationRows,
      deletedAt: datasetVersions.deletedAt,
    })
    .from(datasetVersions)
    .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
    .where(and(eq(datasetVersions.id, versionId), eq(datasetVersions.projectId, ctx.projectId)));
  return found ?? null;
}

async function eventsOf(ctx: Ctx, runId: string, type: string) {
  return ctx.db
    .select({ body: runEvents.body, at: runEvents.at })
    .from(runEvents)
    .where(and(eq(runEvents.runId, runId), eq(runEvents.projectId, ctx.projectId), eq(runEvents.type, type)))
    .orderBy(asc(runEvents.seq))
    .limit(2_000);
}

async function firstLoss(ctx: Ctx, runId: string): Promise<number | null> {
  const [row] = await ctx.db
    .select({ body: runEvents.body })
    .from(runEvents)
    .where(and(eq(runEvents.runId, runId), eq(runEvents.projectId, ctx.projectId), eq(runEvents.type, "metric")))
    .orderBy(asc(runEvents.seq))
    .limit(1);
  return row ? numberIn(row.body, "loss") : null;
}

/** The model version that the run became and its artifacts, once there is one. */
async function madeBy(ctx: Ctx, runId: string) {
  const [version] = await ctx.db
    .select({
      versionId: modelVersions.id,
      modelId: models.id,
      name: models.name,
      version: modelVersions.version,
      fineTunedName: modelVersions.fineTunedName,
      deletedAt: modelVersions.deletedAt,
    })
    .from(modelVersions)
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(and(eq(modelVersions.runId, runId), eq(modelVersions.projectId, ctx.projectId)));
  if (!version) return null;
  const files = await ctx.db
    .select({ id: artifacts.id, kind: artifacts.kind, bytes: artifacts.bytes })
    .from(artifacts)
    .where(and(eq(artifacts.runId, runId), eq(artifacts.projectId, ctx.projectId)))
    .orderBy(desc(artifacts.bytes));
  return { ...version, artifacts: files };
}

/** The suite that was asked for and every eval of what the run made. */
async function suiteOf(ctx: Ctx, run: typeof runs.$inferSelect) {
  const [suite] = run.suiteId
    ? await ctx.db
        .select({ id: suites.id, name: suites.name, deletedAt: suites.deletedAt })
        .from(suites)
        .where(and(eq(suites.id, run.suiteId), eq(suites.projectId, ctx.projectId)))
    : [];
  const found = await ctx.db
    .select({ id: evals.id, status: evals.status, suite: suites.name })
    .from(evals)
    .innerJoin(suites, eq(suites.id, evals.suiteId))
    .innerJoin(evalTargets, and(eq(evalTargets.evalId, evals.id), eq(evalTargets.isBaseline, false)))
    .innerJoin(modelVersions, eq(modelVersions.id, evalTargets.modelVersionId))
    .where(and(eq(modelVersions.runId, run.id), eq(evals.projectId, ctx.projectId)))
    .orderBy(desc(evals.id))
    .limit(20);
  return { suite: suite ?? null, evals: found };
}

/** Runs that the device does before this one; 0 unless it waits. */
async function runsAhead(ctx: Ctx, run: typeof runs.$inferSelect): Promise<number> {
  if (run.status !== "queued") return 0;
  const [row] = await ctx.db
    .select({ ahead: sql<number>`count(*)::int` })
    .from(runs)
    .where(
      and(
        ne(runs.id, run.id),
        sql`(${inArray(runs.status, [...heldRunStatuses])}
          or (${eq(runs.status, "queued")} and ${lt(runs.queuedAt, run.queuedAt)}))`,
      ),
    );
  return row?.ahead ?? 0;
}

function numberIn(body: object, key: string): number {
  const value = Object.hasOwn(body, key) ? Number(Reflect.get(body, key)) : Number.NaN;
  return Number.isFinite(value) ? value : 0;
}
