import { createHash } from "node:crypto";
import { existsSync, utimesSync } from "node:fs";
import { readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { eq, sql } from "drizzle-orm";
import { afterEach, expect, test, vi } from "vitest";
import type { Db } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { blobs, files } from "#db/schema/storage.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import { createFile } from "#server/datasets/files/create.ts";
import { deleteFile } from "#server/datasets/files/delete.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { collectStorage } from "#server/storage/collect.ts";
import { graceMs } from "#server/storage/grace.rule.ts";
import { recordBlob, type Storage } from "#server/storage.ts";

const noRuns = { folder: join(tmpdir(), "largeforge-test-no-runs"), keepDays: 14 };
const signal = new AbortController().signal;
const sha256Of = (content: string) => createHash("sha256").update(content).digest("hex");
const longAgo = new Date(Date.now() - 2 * graceMs);

/** As if two hours had passed for what nothing names. */
async function age(db: Db, storage: Storage, hashes: () => Iterable<string>) {
  await db.update(blobs).set({ unnamedSince: longAgo }).where(sql`unnamed_since is not null`);
  // at once: a put that begins later is newer than this
  for (const sha256 of hashes()) if (existsSync(storage.pathOf(sha256))) setAge(storage.pathOf(sha256));
}

function setAge(path: string) {
  try {
    utimesSync(path, longAgo, longAgo);
  } catch {
    // a collector was quicker
  }
}

test("every column that holds a blob's sha256 is one that the collector asks", () =>
  inTx(async (tx) => {
    const columns = await tx.execute<{ name: string }>(sql`select table_name || '.' || column_name as name
      from information_schema.columns where table_schema = 'public' and column_name like '%blob%' order by 1`);
    const keys = await tx.execute<{ name: string }>(sql`select c.conrelid::regclass || '.' || a.attname as name
      from pg_constraint c join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
      where c.contype = 'f' and c.confrelid = 'blobs'::regclass order by 1`);
    const asked = ["artifact_files.blob_sha256", "dataset_versions.set_aside_blob", "dataset_versions.source_blob"];
    asked.push("dataset_versions.train_blob", "dataset_versions.validation_blob", "file_parts.blob_sha256");
    asked.push("files.blob_sha256", "uploads.blob_sha256");
    expect(columns.map((row) => row.name)).toEqual(asked);
    for (const { name } of keys) expect(asked).toContain(name);
  }));

test("a deleted file's bytes leave the disk once nothing has named them for an hour, and not before", () =>
  inDatabase(async ({ db }) => {
    const { ctx, enqueued } = await testJobs(db);
    const stream = () => Readable.from([Buffer.from("a file\n")]);
    const one = await createFile(ctx, { filename: "a.txt", purpose: "batch", stream: stream() });
    const two = await createFile(ctx, { filename: "b.txt", purpose: "batch", stream: stream() });
    const path = ctx.storage.pathOf(one.blobSha256);
    await deleteFile(ctx, one.id);
    await age(db, ctx.storage, () => [one.blobSha256]);
    expect(await collectStorage(ctx, {}, signal, noRuns)).toMatchObject({ blobs: 0 });
    await deleteFile(ctx, two.id);
    expect(enqueued).toContainEqual({ name: "storage.collect", payload: {} });
    expect(await collectStorage(ctx, {}, signal, noRuns)).toMatchObject({ blobs: 0, waiting: 1 });
    expect(existsSync(path)).toBe(true);
    await age(db, ctx.storage, () => [one.blobSha256]);
    expect(await collectStorage(ctx, {}, signal, noRuns)).toMatchObject({ blobs: 1, bytes: 7 });
    expect(existsSync(path)).toBe(false);
    expect(await db.select().from(blobs)).toEqual([]);
  }));

test("bytes that were stored but never recorded leave, unless they were put within the hour", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const { sha256 } = await ctx.storage.put(Readable.from([Buffer.from("stray")]));
    expect(await collectStorage(ctx, {}, signal, noRuns)).toMatchObject({ blobs: 0 });
    await utimes(ctx.storage.pathOf(sha256), longAgo, longAgo);
    expect(await ctx.storage.renew(sha256)).toBe(true);
    expect(await collectStorage(ctx, {}, signal, noRuns)).toMatchObject({ blobs: 0 });
    await utimes(ctx.storage.pathOf(sha256), longAgo, longAgo);
    expect(await collectStorage(ctx, {}, signal, noRuns)).toMatchObject({ blobs: 1 });
    expect(await ctx.storage.has(sha256)).toBe(false);
    expect(await ctx.storage.renew(sha256)).toBe(false);
  }));

afterEach(() => void vi.useRealTimers());

test.each([72, -72])("a worker whose clock is %i h off tells a blob's age by the file system's", (hours) =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const [old, renewed, fresh] = await Promise.all(
      ["old", "renewed", "fresh"].map((text) => ctx.storage.put(Readable.from([Buffer.from(text)]))),
    );
    if (!old || !renewed || !fresh) throw new Error("not stored");
    const leftover = join(await ctx.storage.tmp(), "half.part");
    await writeFile(leftover, "");
    for (const { sha256 } of [old, renewed]) await utimes(ctx.storage.pathOf(sha256), longAgo, longAgo);
    vi.setSystemTime(Date.now() + hours * graceMs);
    await ctx.storage.renew(renewed.sha256);
    expect(await collectStorage(ctx, {}, signal, noRuns)).toMatchObject({ blobs: 1, leftovers: 0 });
    const there = await Promise.all([old, renewed, fresh].map(({ sha256 }) => ctx.storage.has(sha256)));
    expect(there).toEqual([false, true, true]);
    expect(await readdir(await ctx.storage.tmp())).toEqual(["half.part"]);
  }),
);

test("the data folder of another database is left alone", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const { sha256 } = await ctx.storage.put(Readable.from([Buffer.from("somebody else's")]));
    await utimes(ctx.storage.pathOf(sha256), longAgo, longAgo);
    await writeFile(ctx.storage.ownerFile, "inst_other\n");
    expect(await collectStorage(ctx, {}, signal, noRuns)).toEqual({ foreign: true });
    expect(await ctx.storage.has(sha256)).toBe(true);
  }));

test("uploads, deletions and collections of the same bytes at the same time lose nothing that is named", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const contents = Array.from({ length: 12 }, (_, index) => `content ${index}`);
    const underWay: string[] = [];
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    /** Bytes come in and are named; most are deleted soon after. */
    const use = async () => {
      const content = contents[Math.floor(random() * contents.length)] ?? "one";
      underWay.push(content);
      const blob = await ctx.storage.put(Readable.from([Buffer.from(content)]));
      const id = newId("file");
      await db.transaction(async (tx) => {
        await recordBlob({ db: tx }, blob);
        const row = { id, projectId: ctx.projectId, filename: content, purpose: "batch" as const, createdBy: "key:1" };
        await tx.insert(files).values({ ...row, blobSha256: blob.sha256, bytes: blob.bytes });
      });
      underWay.splice(underWay.indexOf(content), 1);
      expect(await readFile(ctx.storage.pathOf(blob.sha256), "utf8")).toBe(content);
      if (random() < 0.95) await db.delete(files).where(eq(files.id, id));
    };
    // what is being put right now is new by what the file system says
    const old = () => contents.filter((content) => !underWay.includes(content)).map(sha256Of);
    let collected = 0;
    const collect = async () => {
      await age(db, ctx.storage, old);
      const done = await collectStorage(ctx, {}, signal, noRuns);
      if (!done.foreign) collected += done.blobs;
    };
    const worker = async (act: () => Promise<void>, times: number) => {
      for (let i = 0; i < times; i++) await act();
    };
    await Promise.all([...[1, 2, 3].map(() => worker(use, 40)), ...[1, 2].map(() => worker(collect, 30))]);
    expect(collected).toBeGreaterThan(5);
    for (const row of await db.select().from(files)) {
      expect(await readFile(ctx.storage.pathOf(row.blobSha256), "utf8")).toBe(row.filename);
      expect(await db.select().from(blobs).where(eq(blobs.sha256, row.blobSha256))).toHaveLength(1);
    }
  }));
