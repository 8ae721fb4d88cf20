import { existsSync, utimesSync } from "node:fs";
import { Readable } from "node:stream";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { artifactFiles } from "#db/schema/models.ts";
import { blobs } from "#db/schema/storage.ts";
import { inDatabase } from "#db/testing.ts";
import { createDatasetVersion } from "#server/datasets/create-version.ts";
import { deleteDataset } from "#server/datasets/delete.ts";
import { importDataset } from "#server/datasets/import.ts";
import { chatLine } from "#server/datasets/testing.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { deleteModelVersion } from "#server/models/delete-version.ts";
import { addGround, addRun } from "#server/models/models.fixture.ts";
import { registerModelVersion } from "#server/models/register.ts";
import { testRun } from "#server/runs/testing.ts";
import { collectStorage } from "#server/storage/collect.ts";
import { graceMs } from "#server/storage/grace.rule.ts";

test("the bytes of a deleted dataset and of a deleted model version leave the disk, though a run names both", () =>
  inDatabase(async ({ db }) => {
    const { ctx, enqueued } = await testJobs(db);
    const signal = new AbortController().signal;
    const ground = await addGround(ctx);
    const version = await registerModelVersion(ctx, { runId: await addRun(ctx, ground) });
    const content = Array.from({ length: 20 }, (_, i) => chatLine(`${i}?`, "yes")).join("");
    const blob = await ctx.storage.put(Readable.from([Buffer.from(content)]));
    const made = await createDatasetVersion(ctx, { filename: "rows.jsonl", name: "rows", blob });
    await importDataset(ctx, { versionId: made.versionId }, signal);
    await testRun(ctx, { datasetVersionId: made.versionId, baseVersionId: ground.baseVersionId, status: "failed" });
    const onDisk = async () => {
      const found: string[] = [];
      for await (const names of ctx.storage.list()) found.push(...names);
      return found;
    };
    expect((await onDisk()).length).toBe(3); // the file, its training rows and its validation rows
    const before = await db.$count(blobs);
    await deleteDataset(ctx, { dataset: "rows" });
    await deleteModelVersion(ctx, { version: version.id });
    expect(enqueued).toContainEqual({ name: "storage.collect", payload: {} });
    await collectStorage(ctx, {}, signal);
    const longAgo = new Date(Date.now() - 2 * graceMs);
    await db.update(blobs).set({ unnamedSince: longAgo }).where(sql`unnamed_since is not null`);
    for (const sha256 of await onDisk()) utimesSync(ctx.storage.pathOf(sha256), longAgo, longAgo);
    await collectStorage(ctx, {}, signal);
    expect(await onDisk()).toEqual([]);
    expect(existsSync(ctx.storage.pathOf(blob.sha256))).toBe(false);
    // the adapter's four files lie on no disk in this test, but their rows are let go as well
    expect(await db.$count(artifactFiles)).toBe(1);
    expect(before - (await db.$count(blobs))).toBe(3 + 4);
  }));
