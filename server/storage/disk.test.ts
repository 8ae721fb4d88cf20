import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { isNull } from "drizzle-orm";
import { expect, test } from "vitest";
import { runs } from "#db/schema/runs.ts";
import { inTx } from "#db/testing.ts";
import { chatLine, testDatasets } from "#server/datasets/testing.ts";
import { createUpload } from "#server/datasets/uploads/create.ts";
import { adoptEnv, parseEnv } from "#server/env.ts";
import { folderBytes } from "#server/folder-bytes.ts";
import { storeArtifact } from "#server/models/artifacts/store.ts";
import { resumeRun } from "#server/runs/resume.ts";
import { testRun } from "#server/runs/testing.ts";
import { machineDisk, projectDisk } from "#server/storage/disk.ts";

test("the disk's use is told by kind, each stored file once, of a project and of the whole machine", () =>
  inTx(async (tx) => {
    const { ctx, storage, add } = await testDatasets(tx);
    const settings = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none", FORGE_SECRET: "s".repeat(32) };
    Object.assign(process.env, { FORGE_DATA: storage.root, ...settings });
    const rows = chatLine("a", "b") + chatLine("c", "d");
    await add(rows, { validationShareBp: 0 });
    const blob = await storage.put(Readable.from([Buffer.alloc(5_000)]));
    await storeArtifact(ctx, { kind: "base_gguf", files: [{ path: "model.gguf", ...blob }] });
    const run = join(storage.root, "runs", await testRun(ctx));
    await mkdir(join(run, "checkpoints"), { recursive: true });
    await writeFile(join(run, "checkpoints", "weights"), Buffer.alloc(700));
    await symlink(storage.pathOf(blob.sha256), join(run, "base"));
    await createUpload(ctx, { filename: "open.jsonl", bytes: 10 });

    const { kinds, bytes, damaged } = await projectDisk(ctx);
    // the rows made of it are the source's very bytes, stored once; the run's own dataset names ten
    expect(kinds).toEqual({ datasets: rows.length + 10, models: 5_000, uploads: 0, runs: 700 });
    expect(bytes).toBe(rows.length + 10 + 5_700);
    expect(damaged).toEqual([]);
    const machine = await machineDisk(ctx);
    expect(machine.kinds).toMatchObject({ models: 5_000, runs: 700, toBeFreed: 0 });
    expect(machine.kinds.database).toBeGreaterThan(1_000_000);
    expect(machine.freeBytes).toBeGreaterThan(0);
    const stranger = await testDatasets(tx);
    expect((await projectDisk(stranger.ctx)).bytes).toBe(0);
    expect(await folderBytes(join(storage.root, "nothing"))).toBe(0);
  }));

test("a run that has ended is walked once: its size is known from then on, until it is resumed", () =>
  inTx(async (tx) => {
    const { ctx, storage } = await testDatasets(tx);
    const settings = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none", FORGE_SECRET: "s".repeat(32) };
    adoptEnv(parseEnv({ FORGE_DATA: storage.root, ...settings }));
    const ended = await Promise.all(Array.from({ length: 5 }, () => testRun(ctx, { status: "failed" })));
    const going = await testRun(ctx, { status: "running" });
    for (const [i, id] of [...ended, going].entries()) {
      await mkdir(join(storage.root, "runs", id), { recursive: true });
      await writeFile(join(storage.root, "runs", id, "log"), Buffer.alloc(100 + i));
    }
    const all = 5 * 100 + 10 + 105;
    expect((await projectDisk(ctx)).kinds.runs).toBe(all);
    for (const id of ended) await rm(join(storage.root, "runs", id), { recursive: true });
    expect((await projectDisk(ctx)).kinds.runs).toBe(all); // nobody has looked into those folders again
    expect((await machineDisk(ctx)).kinds.runs).toBe(all);
    await resumeRun(ctx, { runId: ended[0] ?? "" });
    expect((await projectDisk(ctx)).kinds.runs).toBe(all - 100);
    expect(await tx.$count(runs, isNull(runs.folderBytes))).toBe(2);
  }));
