import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { asc, eq } from "drizzle-orm";
import { createDb } from "#db/client.ts";
import { startEmbeddedPostgres } from "#db/embedded.ts";
import { migrateDatabase } from "#db/migrate.ts";
import { runEvents, runs } from "#db/schema/runs.ts";
import { openQueues } from "#server/jobs/enqueue.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { storeArtifact } from "#server/models/artifacts/store.ts";
import { chooseFiles } from "#server/models/check/choose.rule.ts";
import type { HyperParameters } from "#server/runs/methods/table.ts";
import { startRun } from "#server/runs/start.ts";
import { testBase, testDataset } from "#server/runs/testing.ts";
import { fileStorage, recordBlob } from "#server/storage.ts";

const execute = promisify(execFile);
const root = join(import.meta.dirname, "..", "..");
const pollMs = 250;

/** A database, a data folder and a jobs worker of their own, with `nano` and the triage rows in them. */
export async function openWorld(python: string) {
  const dir = await mkdtemp(join(tmpdir(), "largeforge-bench-trainer-"));
  const server = await startEmbeddedPostgres({ dir: join(dir, "pg") });
  await migrateDatabase(server.url);
  const db = createDb(server.url, { max: 4, name: "bench" });
  const queues = openQueues({ databaseUrl: server.url });
  const { ctx: jobCtx } = await testJobs(db);
  const ctx = { ...jobCtx, enqueue: queues.enqueue };
  const storage = fileStorage(dir);

  const sample = join(root, "samples", "nano");
  const files = [];
  for (const path of chooseFiles(await readdir(sample)).paths) {
    files.push({ path, ...(await storage.put(createReadStream(join(sample, path)))) });
  }
  const weights = await storeArtifact(ctx, { kind: "base_weights", files });
  const base = await testBase(ctx, { name: "nano", weightsArtifactId: weights.id });
  const train = await storage.put(createReadStream(join(root, "samples", "triage", "train.jsonl")));
  await recordBlob(ctx, train);
  const dataset = await testDataset(ctx, { trainBlob: train.sha256, trainRows: 1_440, validationRows: 0 });
  const worker = startWorker(server.url, dir, python);

  /** One run through the worker → the trainer's own step times and where its spec lies. */
  async function throughWorker(hyperParameters: Partial<HyperParameters>) {
    const { id } = await startRun(ctx, { base: base.id, dataset: dataset.id, modelName: "bench", hyperParameters });
    for (;;) {
      const [run] = await db.select().from(runs).where(eq(runs.id, id));
      if (run?.status === "converting" || run?.status === "succeeded") break;
      if (run?.status === "failed") throw new Error(`the run failed: ${run.error?.message}`);
      await sleep(pollMs);
    }
    const events = await db
      .select({ type: runEvents.type, body: runEvents.body })
      .from(runEvents)
      .where(eq(runEvents.runId, id))
      .orderBy(asc(runEvents.seq));
    const stepMs = events.flatMap(({ type, body }) => (type === "metric" ? [Number(Reflect.get(body, "stepMs"))] : []));
    return { stepMs, spec: join(dir, "runs", id, "spec.json") };
  }

  return {
    throughWorker,
    close: async () => {
      worker.kill("SIGTERM");
      await new Promise((resolve) => worker.once("exit", resolve));
      await queues.close();
      await db.$client.end({ timeout: 2 });
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function startWorker(databaseUrl: string, dir: string, python: string): ChildProcess {
  const settings = { DATABASE_URL: databaseUrl, FORGE_DATA: dir, FORGE_SECRET: "bench".repeat(8) };
  const env = { ...process.env, ...settings, FORGE_TRAINER_PYTHON: python, FORGE_LOG_LEVEL: "error" };
  return spawn(process.execPath, [join(root, "workers", "jobs.ts")], { env, stdio: ["ignore", "ignore", "inherit"] });
}

/** The same spec by a plain TRL script → its step times. */
export async function plainTrl(python: string, spec: string): Promise<number[]> {
  const script = join(root, "bench", "trainer", "plain_sft.py");
  const { stdout } = await execute(python, [script, "--spec", spec], { maxBuffer: 1 << 26 });
  const told: { stepMs: number[] } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}");
  return told.stepMs;
}
