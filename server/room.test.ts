import { eq } from "drizzle-orm";
import { expect, onTestFinished, test, vi } from "vitest";
import { runs } from "#db/schema/runs.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import { importDataset } from "#server/datasets/import.ts";
import { showDataset } from "#server/datasets/show.ts";
import { chatLine, testDatasets } from "#server/datasets/testing.ts";
import { errorCodes } from "#server/errors.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { log } from "#server/log.ts";
import { storeArtifact } from "#server/models/artifacts/store.ts";
import { formatSize, whyNoRoom } from "#server/room.rule.ts";
import { suggestFor } from "#server/runs/methods/method.ts";
import { sft } from "#server/runs/methods/sft.ts";
import { settingsOf } from "#server/runs/methods/spec.ts";
import { testBase, testRun } from "#server/runs/testing.ts";
import { trainRun } from "#server/runs/train.ts";
import { requireRoom } from "#server/storage.ts";
import { testStorage } from "#server/testing.ts";

test("sizes keep three digits whatever their unit, so that nothing needs 0.0 GiB", () => {
  const sizes = [0, 512, 1_024, 5_000, 6_442_451, 1_073_741_824, 13_000_000_000, 2 ** 50];
  expect(sizes.map(formatSize)).toEqual(["0 B", "512 B", "1 KiB", "4.9 KiB", "6.1 MiB", "1 GiB", "12.1 GiB", "1 PiB"]);
});

test("work that would fill the disk is told what it needs and what is free", () => {
  const room = { freeBytes: 3 * 2 ** 30, keptBytes: 2 ** 29 };
  expect(whyNoRoom("the file", 2.5 * 2 ** 30, room)).toBe(null);
  expect(whyNoRoom("the file", 2.6 * 2 ** 30, room)).toBe(
    "the file needs 2.6 GiB, the disk of the data folder has 3 GiB free, of which 512 MiB stay free for the database: " +
      "free space (./forge status shows what takes it), then try again",
  );
  expect(whyNoRoom("the file", 5_000, { freeBytes: 100, keptBytes: 0 })).toContain("needs 4.9 KiB, the disk");
});

test("a disk without room is refused as 507, and the shell ends with 1: everything is reachable", async () => {
  const storage = await testStorage({ keptFreeBytes: 2 ** 60 });
  await expect(requireRoom(storage, "the file", 1)).rejects.toMatchObject({ code: "NO_ROOM", reason: "disk_full" });
  expect(errorCodes.NO_ROOM).toEqual({ http: 507, exit: 1 });
  await requireRoom(await testStorage(), "the file", 1);
});

const signal = new AbortController().signal;
const full = { keptFreeBytes: 2 ** 60 };

test("an import without room waits, says why wherever it is shown and once in the log, and goes on once there is room", () =>
  inTx(async (tx) => {
    const { ctx, store, runImport } = await testDatasets(tx);
    const { versionId } = await store(chatLine("a", "b"));
    const { sha256 } = await ctx.storage.put(chunks(chatLine("a", "b")));
    const warned = vi.spyOn(log, "warn");
    onTestFinished(() => warned.mockRestore());
    const tight = { ...ctx, storage: { ...(await testStorage(full)), pathOf: ctx.storage.pathOf } };
    for (let attempt = 0; attempt < 7; attempt++)
      await expect(importDataset(tight, { versionId }, signal)).rejects.toMatchObject({ code: "NO_ROOM" });
    expect(warned.mock.calls.map(([, event]) => event)).toEqual(["datasets.import_waits"]); // once, not at every try
    const { version } = await showDataset(ctx, { ref: versionId });
    expect(version).toMatchObject({ status: "importing", waitingFor: expect.stringContaining("needs 8") });
    expect(version.waitingFor).toMatch(/importing tickets.jsonl needs \d+ B, the disk of the data folder has .* free/);
    expect(await ctx.storage.has(sha256)).toBe(true);
    expect(await runImport(versionId)).toEqual({ outcome: "ready" });
    expect((await showDataset(ctx, { ref: versionId })).version.waitingFor).toBe(null);
  }));

async function* chunks(text: string) {
  yield Buffer.from(text);
}

test("a training without room does not begin: the run says what it needs and can be resumed", () =>
  inDatabase(async ({ db, url }) => {
    const { ctx } = await testJobs(db);
    const storage = await testStorage(full);
    Object.assign(process.env, { DATABASE_URL: url, FORGE_DATA: storage.root, FORGE_SECRET: "s".repeat(32) });
    const weights = await storeArtifact(ctx, {
      kind: "base_weights",
      files: [{ path: "w", sha256: "0".repeat(64), bytes: 1 }],
    });
    const base = await testBase(ctx, { parameters: 7e9, weightsArtifactId: weights.id });
    const known = { parameters: 7e9, contextLength: 2_048, trainRows: 8, validationRows: 2 };
    const config = settingsOf(sft, suggestFor(sft, known));
    const runId = await testRun(ctx, { baseVersionId: base.id, config });
    await trainRun({ ...ctx, storage }, { runId }, signal);
    const [run] = await db.select().from(runs).where(eq(runs.id, runId));
    expect(run).toMatchObject({
      status: "failed",
      attempt: 0,
      error: { code: "DISK_FULL", hint: "Then resume this run." },
    });
    expect(run?.error?.message).toMatch(/^this training needs .* [MG]iB, the disk of the data folder has/);
  }));
