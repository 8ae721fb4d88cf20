import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { asc, eq } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { artifactFiles, artifacts, modelVersions } from "#db/schema/models.ts";
import { runEvents, runs } from "#db/schema/runs.ts";
import { cancelRun } from "#server/runs/cancel.ts";
import { pauseRun } from "#server/runs/pause.ts";
import { resumeRun } from "#server/runs/resume.ts";
import { startRun } from "#server/runs/start.ts";
import { trainerMissing } from "#server/runs/tiny-base.fixture.ts";
import { inTraining, storeRows, type Training, trainerPid } from "#server/runs/training.fixture.ts";

const missing = trainerMissing();
if (missing) console.warn(`skipped the runs with a real trainer: ${missing}`);
const patience = { timeout: 900_000 };

const short = { learningRate: 0.01, batchSize: 8, loraR: 4, maxSteps: 6, checkpointEverySteps: 2, maxLength: 64 };
const longSteps = 240;
const long = { ...short, maxSteps: longSteps, checkpointEverySteps: 20, evalEverySteps: null };

function begin({ ctx, base, dataset }: Training, hyperParameters: object, more: object = {}) {
  return startRun(ctx, { base: base.id, dataset: dataset.id, modelName: "colours", hyperParameters, ...more });
}

async function steps({ db }: Training, runId: string) {
  const events = await db.select().from(runEvents).where(eq(runEvents.runId, runId)).orderBy(asc(runEvents.seq));
  const metrics = events.filter((event) => event.type === "metric").map((event) => Number(Object(event.body).step));
  const resumed = events.filter((event) => event.type === "hello").map((event) => Object(event.body).resumedFromStep);
  return {
    seqs: events.map((event) => event.seq),
    metrics,
    resumed,
    types: new Set(events.map((event) => event.type)),
  };
}

describe.skipIf(missing)("with a real trainer", () => {
  test("a run trains, converts and becomes a callable version; the next in line follows in order", patience, () =>
    inTraining(async (training) => {
      const { db, data } = training;
      const first = await begin(training, short);
      const unsplit = await storeRows(training.ctx, data, { train: 24, validation: 0 });
      const second = await begin(training, { ...short, seed: 7 }, { dataset: unsplit.id });
      await training.startJobs();
      const done = await training.status(first.id, "succeeded");
      expect(done).toMatchObject({ step: 6, totalSteps: 6, attempt: 1, error: null, device: "cpu" });
      expect(done.trainedTokens).toBeGreaterThan(0);
      const { types, seqs } = await steps(training, first.id);
      expect([...types]).toEqual(
        expect.arrayContaining(["hello", "data", "metric", "eval", "checkpoint", "worker", "done"]),
      );
      expect(seqs).toEqual(seqs.map((_, i) => i + 1));
      expect(await readdir(join(data, "runs", first.id))).toContain("adapter");

      const later = await training.status(second.id, "succeeded");
      expect(later.startedAt?.getTime()).toBeGreaterThan(done.startedAt?.getTime() ?? 0);
      expect((await steps(training, second.id)).types).toContain("sample"); // proved on training rows
      const spec = JSON.parse(await readFile(join(data, "runs", second.id, "spec.json"), "utf8"));
      expect(spec.data.validation).toBeNull();
      const registered = async () => db.select().from(modelVersions).where(eq(modelVersions.runId, second.id));
      while ((await registered()).length === 0) await new Promise((resolve) => setTimeout(resolve, 100));
      const [version] = await registered();
      expect(version).toMatchObject({ version: 2, status: "ready", baseVersionId: training.base.id });
      expect(version?.fineTunedName).toMatch(/^ft:tiny:p-\w+:colours:\w{6}$/);
      const files = await db
        .select({ kind: artifacts.kind, path: artifactFiles.path })
        .from(artifactFiles)
        .innerJoin(artifacts, eq(artifacts.id, artifactFiles.artifactId))
        .where(eq(artifacts.runId, second.id));
      expect(files).toEqual(
        expect.arrayContaining([
          { kind: "adapter_weights", path: "adapter_model.safetensors" },
          { kind: "adapter_weights", path: "probe.json" },
          { kind: "adapter_gguf", path: "adapter.gguf" },
        ]),
      );
    }),
  );

  test(
    "worker and trainer killed in the middle: one run, resumed, no step lost or told twice to its end",
    patience,
    () =>
      inTraining(async (training) => {
        const { data, db } = training;
        const { id } = await begin(training, long);
        const first = await training.startJobs();
        await training.until(id, (run) => run.step >= 30);
        await first.kill("SIGKILL"); // the trainer goes on by itself
        const orphan = (await trainerPid(data, id)) ?? 0;
        process.kill(orphan, "SIGSTOP"); // or it may be done before the next worker has started
        const { leaseHolder } = await training.run(id);
        await training.startJobs();
        await training.until(id, (run) => run.leaseHolder !== leaseHolder);
        process.kill(orphan, "SIGCONT");
        const adopted = await training.until(id, (run) => run.step >= 60);
        expect(adopted.attempt).toBe(1);
        expect(await trainerPid(data, id)).toBe(orphan);
        process.kill(orphan, "SIGKILL");
        const done = await training.status(id, "succeeded");
        expect(done).toMatchObject({ step: longSteps, attempt: 2 });
        expect(await db.select().from(runs)).toHaveLength(1);
        const { metrics, resumed, seqs } = await steps(training, id);
        expect(new Set(metrics)).toEqual(new Set(Array.from({ length: longSteps }, (_, i) => i + 1)));
        expect(seqs).toEqual(seqs.map((_, i) => i + 1));
        expect(resumed).toHaveLength(2);
        const from = Number(resumed[1]);
        expect(from % 20).toBe(0); // a checkpoint
        expect(metrics.slice(metrics.lastIndexOf(from + 1))).toEqual(
          Array.from({ length: longSteps - from }, (_, i) => from + 1 + i),
        );
      }),
  );

  test("a paused or cancelled run keeps a checkpoint and goes on from it; one that waits stops at once", patience, () =>
    inTraining(async (training) => {
      const { ctx } = training;
      const { id } = await begin(training, long);
      const waiting = await begin(training, short);
      await training.startJobs();
      await training.until(id, (run) => run.step >= 10);
      expect(await pauseRun(ctx, { runId: waiting.id })).toMatchObject({ status: "paused", finishedAt: null });
      expect(await cancelRun(ctx, { runId: waiting.id })).toMatchObject({ status: "cancelled" });
      await expect(pauseRun(ctx, { runId: waiting.id })).rejects.toThrow("only a queued or running run can be paused");
      expect(await pauseRun(ctx, { runId: id })).toMatchObject({ status: "pausing" });
      const paused = await training.until(id, (run) => run.status === "paused");
      expect(paused.finishedAt).toBeNull();
      await resumeRun(ctx, { runId: id });
      await training.until(id, (run) => run.step > paused.step);
      expect(await cancelRun(ctx, { runId: id })).toMatchObject({ status: "cancelling" });
      const stopped = await training.status(id, "cancelled");
      expect(stopped.step).toBeLessThan(longSteps);
      await expect(cancelRun(ctx, { runId: id })).rejects.toThrow("is cancelled already");
      await resumeRun(ctx, { runId: id });
      expect(await training.status(id, "succeeded")).toMatchObject({ step: longSteps, attempt: 3 });
      const { metrics, resumed } = await steps(training, id);
      expect(metrics).toEqual(Array.from({ length: longSteps }, (_, i) => i + 1));
      expect(resumed).toEqual([null, paused.step, stopped.step]);
      await expect(resumeRun(ctx, { runId: id })).rejects.toThrow("only a paused, cancelled or failed run");
    }),
  );
});
