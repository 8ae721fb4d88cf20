import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { eq } from "drizzle-orm";
import { createDb, type Pool } from "#db/client.ts";
import type { RunStatus } from "#db/enums.ts";
import { runs } from "#db/schema/runs.ts";
import { inDatabase } from "#db/testing.ts";
import type { Ctx } from "#server/context.ts";
import { openQueues } from "#server/jobs/enqueue.ts";
import { startJobs, testDataFolder } from "#server/jobs/jobs-process.fixture.ts";
import { onceDatabaseIsBack } from "#server/jobs/reconnect.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { storeArtifact } from "#server/models/artifacts/store.ts";
import type { TestProcess } from "#server/process.fixture.ts";
import { isAlive } from "#server/process.ts";
import { PidFile } from "#server/runs/contract.ts";
import { isFinal } from "#server/runs/status.rule.ts";
import { testBase, testDataset } from "#server/runs/testing.ts";
import { tinyBaseFolder } from "#server/runs/tiny-base.fixture.ts";
import { fileStorage, recordBlob, type Storage } from "#server/storage.ts";

const colours = ["green", "blue", "black", "white", "red"];

/** Rows a tiny model can learn in a few steps. */
export function trainingRows(count: number): string {
  const rows = Array.from({ length: count }, (_, i) => ({
    messages: [
      { role: "user", content: `Say number ${i % 7}.` },
      { role: "assistant", content: `It is ${colours[i % colours.length]}.` },
    ],
  }));
  return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

export type Training = {
  db: Pool;
  url: string;
  data: string;
  ctx: Ctx & { storage: Storage };
  base: { id: string; name: string };
  dataset: { id: string };
  startJobs: (extra?: Record<string, string>) => Promise<TestProcess>;
  run: (id: string) => Promise<typeof runs.$inferSelect>;
  /** wait until the run is there, or has ended otherwise */
  until: (id: string, done: (run: typeof runs.$inferSelect) => boolean) => Promise<typeof runs.$inferSelect>;
  status: (id: string, status: RunStatus) => Promise<typeof runs.$inferSelect>;
};

/** A database, a data folder, a tiny base and a dataset to train on, with real workers and a real trainer. */
export function inTraining(fn: (training: Training) => Promise<void>, rows = 24): Promise<void> {
  return inDatabase(({ db, url }) => train(db, url, fn, rows));
}

/** The same on a database that the test started itself, so that it may stop it. */
export async function inTrainingOn(url: string, fn: (training: Training) => Promise<void>): Promise<void> {
  const db = createDb(url, { max: 4, name: "test" });
  try {
    await train(db, url, fn, 24);
  } finally {
    await db.$client.end({ timeout: 2 });
  }
}

async function train(db: Pool, url: string, fn: (training: Training) => Promise<void>, rows: number) {
  const data = await testDataFolder();
  const queues = openQueues({ databaseUrl: url });
  const ctx = { ...(await testJobs(db)).ctx, enqueue: queues.enqueue };
  const jobs: TestProcess[] = [];
  const run = async (id: string) => {
    const find = () => db.select().from(runs).where(eq(runs.id, id));
    const [row] = await onceDatabaseIsBack(find, new AbortController().signal);
    if (!row) throw new Error(`there is no run ${id}`);
    return row;
  };
  const until: Training["until"] = async (id, done) => {
    for (;;) {
      const row = await run(id);
      if (done(row)) return row;
      if (isFinal(row.status)) throw new Error(`the run is ${row.status}: ${JSON.stringify(row.error)}`);
      await sleep(50);
    }
  };
  const start = async (extra: Record<string, string> = {}) => {
    const started = await startJobs(url, data, extra);
    jobs.push(started);
    return started;
  };
  try {
    const base = await storeTinyBase(ctx, data);
    const dataset = await storeRows(ctx, data, { train: rows, validation: 4 });
    const status = (id: string, wanted: RunStatus) => until(id, (row) => row.status === wanted);
    await fn({ db, url, data, ctx, base, dataset, startJobs: start, run, until, status });
  } finally {
    await queues.close();
    for (const each of jobs) if (each.child.exitCode === null && !each.child.killed) await each.kill("SIGKILL");
    for (const row of await db.select({ id: runs.id }).from(runs)) await endTrainer(data, row.id);
  }
}

async function storeTinyBase(ctx: Ctx, data: string) {
  const storage = fileStorage(data);
  const folder = await tinyBaseFolder();
  const files = [];
  for (const path of await readdir(folder)) {
    files.push({ path, ...(await storage.put(createReadStream(join(folder, path)))) });
  }
  const weights = await storeArtifact(ctx, { kind: "base_weights", files });
  const facts = { architecture: "LlamaForCausalLM", parameters: 30_000, contextLength: 128 };
  return testBase(ctx, { name: "tiny", weightsArtifactId: weights.id, ...facts });
}

/** A ready dataset version; a split without rows is an empty file, as an import leaves it. */
export async function storeRows(ctx: Ctx, data: string, rows: { train: number; validation: number }) {
  const storage = fileStorage(data);
  const train = await storage.put(Readable.from([trainingRows(rows.train)]));
  const validation = await storage.put(Readable.from([trainingRows(rows.validation)]));
  for (const blob of [train, validation]) await recordBlob(ctx, blob);
  const blobs = { trainBlob: train.sha256, validationBlob: validation.sha256 };
  return testDataset(ctx, { ...blobs, trainRows: rows.train, validationRows: rows.validation });
}

async function endTrainer(data: string, runId: string) {
  const trainer = await readPid(data, runId);
  if (trainer && isAlive(trainer)) process.kill(trainer.pid, "SIGKILL");
}

/** The trainer's process, as it wrote itself down. */
export async function trainerPid(data: string, runId: string): Promise<number | null> {
  return (await readPid(data, runId))?.pid ?? null;
}

async function readPid(data: string, runId: string) {
  const text = await readFile(join(data, "runs", runId, "pid.json"), "utf8").catch(() => null);
  return text === null ? null : PidFile.parse(JSON.parse(text));
}
