import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import { startEmbeddedPostgres } from "#db/embedded.ts";
import { migrateDatabase } from "#db/migrate.ts";
import { artifactFiles, modelVersions } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import { inTx } from "#db/testing.ts";
import { storeArtifact } from "#server/models/artifacts/store.ts";
import { StartRun } from "#server/runs/input.ts";
import { resumeRun } from "#server/runs/resume.ts";
import { startRun } from "#server/runs/start.ts";
import { testBase, testDataset } from "#server/runs/testing.ts";
import { trainerMissing } from "#server/runs/tiny-base.fixture.ts";
import { inTraining, inTrainingOn } from "#server/runs/training.fixture.ts";
import { fileStorage } from "#server/storage.ts";
import { testProject, testStorage } from "#server/testing.ts";

const missing = trainerMissing();
if (missing) console.warn(`skipped the faults with a real trainer: ${missing}`);
const patience = { timeout: 900_000 };
const short = { learningRate: 0.01, batchSize: 8, loraR: 4, maxSteps: 6, checkpointEverySteps: 2, maxLength: 64 };

test("a hyper-parameter out of range is refused by its name, before anything is queued", () =>
  inTx(async (tx) => {
    const { ctx, enqueued } = await testProject(tx);
    const base = await testBase(ctx, { weightsArtifactId: null });
    const dataset = await testDataset(ctx);
    const storage = await testStorage();
    const begin = async (hyperParameters: object) =>
      startRun({ ...ctx, storage }, StartRun.parse({ base: base.id, dataset: dataset.id, hyperParameters }));
    await expect(begin({ learningRate: 3 })).rejects.toThrow("Learning rate: a number between 1e-7 and 0.1");
    await expect(begin({ loraR: 0 })).rejects.toThrow("LoRA rank: a whole number between 1 and 256");
    await expect(begin({ epochs: Number.NaN })).rejects.toThrow("Epochs: a number");
    await expect(begin({ batchSize: 2.5 })).rejects.toThrow("Batch size: a whole number");
    await expect(begin({ warmup: 1 })).rejects.toThrow("warmup");
    await expect(begin({})).rejects.toThrow("came as GGUF, which can be served but not trained");
    expect(enqueued).toEqual([]);
    expect(await tx.select().from(runs)).toEqual([]);
  }));

test("what cannot be trained is refused with its reason", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const base = await testBase(ctx, { status: "importing" });
    const dataset = await testDataset(ctx);
    const pairs = await testDataset(ctx, { shape: "preference" });
    const open = await testDataset(ctx, { status: "needs_review" });
    const storage = await testStorage();
    const begin = (more: object) => startRun({ ...ctx, storage }, { base: base.id, dataset: dataset.id, ...more });
    await expect(begin({})).rejects.toThrow("still being imported");
    await expect(begin({ base: "ghost" })).rejects.toThrow("there is no base model ghost");
    await tx.update(modelVersions).set({ status: "failed" });
    await expect(begin({})).rejects.toThrow("the import of");
    await expect(begin({ dataset: "ghost" })).rejects.toThrow();
    const ready = await testBase(ctx, { name: "other", weightsArtifactId: await anyArtifact(ctx) });
    await expect(begin({ base: "other", dataset: pairs.id })).rejects.toThrow("holds preferences");
    await expect(begin({ base: "other", dataset: open.id })).rejects.toThrow("is needs review, not ready");
    await expect(begin({ base: ready.id, modelName: "other" })).rejects.toThrow("other is a base model");
    await expect(begin({ base: ready.id, suite: "ghost" })).rejects.toThrow("there is no eval suite ghost");
  }));

async function anyArtifact(ctx: Parameters<typeof testBase>[0]) {
  return (await storeArtifact(ctx, { kind: "base_weights", files: [] })).id;
}

describe.skipIf(missing)("with a real trainer", () => {
  test(
    "a base that is gone, cut or of another architecture fails with a remedy; mended, the run resumes",
    patience,
    () =>
      inTraining(async (training) => {
        const { ctx, db, data, base, dataset } = training;
        const files = await db.select().from(artifactFiles);
        const blobOf = (path: string) =>
          fileStorage(data).pathOf(files.find((file) => file.path === path)?.blobSha256 ?? "");
        const weights = blobOf("model.safetensors");
        const whole = await readFile(weights);
        await training.startJobs();

        const fails = async (id: string) => training.until(id, (run) => run.status === "failed");
        await truncate(weights, whole.length - 10);
        const { id } = await startRun(ctx, { base: base.id, dataset: dataset.id, hyperParameters: short });
        const cut = await fails(id);
        expect(cut.error).toMatchObject({
          code: "BASE_MISSING",
          hint: expect.stringContaining("Import the base model"),
        });
        expect(cut.error?.message).toContain("model.safetensors has");

        await rm(weights);
        await resumeRun(ctx, { runId: id });
        expect((await fails(id)).error?.message).toContain("model.safetensors is gone");

        await writeFile(weights, whole);
        const config = blobOf("config.json");
        const right = await readFile(config, "utf8");
        const other = right.replace("LlamaForCausalLM", "NowhereForLM").replace('"llama"', '"nowhr"');
        await writeFile(config, other.padEnd(right.length));
        await truncate(config, right.length);
        await resumeRun(ctx, { runId: id });
        expect((await fails(id)).error).toMatchObject({ code: "BASE_UNSUPPORTED" });

        await writeFile(config, right);
        await resumeRun(ctx, { runId: id });
        expect(await training.status(id, "succeeded")).toMatchObject({ step: 6, error: null });
      }),
  );

  test("the database restarts during a run: the trainer does not notice, the worker goes on", patience, async () => {
    const dir = await mkdtemp(join(tmpdir(), "largeforge-test-restart-"));
    let server = await startEmbeddedPostgres({ dir, durable: false });
    await migrateDatabase(server.url);
    await inTrainingOn(server.url, async (training) => {
      const { ctx, base, dataset, db } = training;
      const hyperParameters = { ...short, maxSteps: 300, checkpointEverySteps: 50, evalEverySteps: null };
      const { id } = await startRun(ctx, { base: base.id, dataset: dataset.id, hyperParameters });
      await training.startJobs();
      await training.until(id, (run) => run.step >= 20);
      await server.stop();
      server = await startEmbeddedPostgres({ dir, durable: false });
      const done = await training.status(id, "succeeded");
      expect(done).toMatchObject({ step: 300, attempt: 1 });
      expect(await db.select().from(runs).where(eq(runs.id, id))).toHaveLength(1);
    });
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  });
});
