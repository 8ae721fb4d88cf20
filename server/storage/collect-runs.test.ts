import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { RunStatus } from "#db/enums.ts";
import { newId } from "#db/ids.ts";
import { runs } from "#db/schema/runs.ts";
import { uploads } from "#db/schema/storage.ts";
import { inDatabase } from "#db/testing.ts";
import { createUpload } from "#server/datasets/uploads/create.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { startTimeOf } from "#server/process.ts";
import { testRun } from "#server/runs/testing.ts";
import { wholeCheckpoints } from "#server/runs/trainer/checkpoints.ts";
import { collectRunFolders } from "#server/storage/collect-runs.ts";
import { collectTmp } from "#server/storage/collect-tmp.ts";

const signal = new AbortController().signal;
const longAgo = new Date(Date.now() - 3 * 86_400_000);

/** A run's folder as a trainer leaves it: three checkpoints, the newest not finished. */
async function layOutRun(folder: string, id: string, outside: string, lossOf: Record<number, number> = {}) {
  const root = join(folder, id);
  for (const step of [10, 20, 30]) {
    await mkdir(join(root, "checkpoints", `checkpoint-${step}`), { recursive: true });
    await writeFile(join(root, "checkpoints", `checkpoint-${step}`, "weights"), "w");
    if (step === 30) continue;
    const manifest = JSON.stringify({ step, validationLoss: lossOf[step] ?? null });
    await writeFile(join(root, "checkpoints", `checkpoint-${step}`, "manifest.json"), manifest);
  }
  for (const name of ["adapter", "base", "data"]) await mkdir(join(root, name));
  await symlink(outside, join(root, "base", "weights"));
  for (const name of ["log", "events.jsonl", "spec.json"]) await writeFile(join(root, name), "kept");
  await utimes(root, longAgo, longAgo);
  return root;
}

test("old runs keep what a resume needs and what tells of them; runs that are gone leave nothing", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const folder = await mkdtemp(join(tmpdir(), "largeforge-test-runs-"));
    const outside = join(await ctx.storage.tmp(), "a-blob");
    await writeFile(outside, "not ours to remove");
    const endedDaysAgo = async (status: RunStatus, days: number) => {
      const id = await testRun(ctx, { status });
      const finishedAt = sql`now() - interval '1 day' * ${days}`;
      await db.update(runs).set({ finishedAt }).where(eq(runs.id, id));
      return layOutRun(folder, id, outside);
    };
    const succeeded = await endedDaysAgo("succeeded", 15);
    const failed = await endedDaysAgo("failed", 15);
    const young = await endedDaysAgo("succeeded", 13);
    const paused = await layOutRun(folder, await testRun(ctx, { status: "paused" }), outside);
    const gone = await layOutRun(folder, newId("run"), outside);
    const alive = await layOutRun(folder, newId("run"), outside);
    const startTime = startTimeOf(process.pid);
    await writeFile(join(alive, "pid.json"), JSON.stringify({ v: 1, pid: process.pid, startTime }));
    await utimes(alive, longAgo, longAgo);

    const done = await collectRunFolders(ctx, { folder, keepDays: 14 }, signal);
    expect(done).toEqual({ removed: 1, trimmed: 2 });
    expect((await readdir(succeeded)).sort()).toEqual(["events.jsonl", "log", "spec.json"]);
    expect((await readdir(join(failed, "checkpoints"))).sort()).toEqual(["checkpoint-20", "checkpoint-30"]);
    for (const whole of [young, paused, alive]) expect(await readdir(join(whole, "checkpoints"))).toHaveLength(3);
    expect(existsSync(gone)).toBe(false);
    expect(existsSync(outside)).toBe(true);
    expect(await collectRunFolders(ctx, { folder, keepDays: 14 }, signal)).toEqual({ removed: 0, trimmed: 0 });
  }));

test("the checkpoint of the lowest validation loss stays beside the newest", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const folder = await mkdtemp(join(tmpdir(), "largeforge-test-runs-"));
    const outside = join(await ctx.storage.tmp(), "a-blob");
    const finishedAt = new Date(Date.now() - 15 * 86_400_000);
    const kept = async (lossOf: Record<number, number>) => {
      const id = await testRun(ctx, { status: "cancelled", finishedAt });
      const root = await layOutRun(folder, id, outside, lossOf);
      await collectRunFolders(ctx, { folder, keepDays: 14 }, signal);
      return (await wholeCheckpoints(join(root, "checkpoints"))).map(({ step }) => step);
    };
    expect(await kept({ 10: 1.5, 20: 2 })).toEqual([20, 10]);
    expect(await kept({ 10: 2, 20: 1.5 })).toEqual([20]);
    expect(await kept({ 10: 2 })).toEqual([20, 10]);
    expect(await kept({})).toEqual([20]);
  }));

test("what killed processes left in the folder for unfinished work is removed, what is under way stays", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const tmp = await ctx.storage.tmp();
    const open = await createUpload(ctx, { filename: "a.jsonl", bytes: 10 });
    const ended = await createUpload(ctx, { filename: "b.jsonl", bytes: 10 });
    await db.update(uploads).set({ status: "aborted" }).where(eq(uploads.id, ended.id));
    for (const name of ["killed.part", "taken.gone", "fresh.part", "unknown"]) await writeFile(join(tmp, name), "");
    await mkdir(join(tmp, `import-${newId("modelVersion")}`));
    for (const name of await readdir(tmp)) if (name !== "fresh.part") await utimes(join(tmp, name), longAgo, longAgo);
    expect(await collectTmp(ctx)).toBe(4);
    expect((await readdir(tmp)).sort()).toEqual(["fresh.part", "unknown", `${open.id}.upload`].sort());
  }));
