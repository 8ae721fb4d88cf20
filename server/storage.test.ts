import { mkdir, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { asDiskError } from "#server/storage.ts";
import { testStorage } from "#server/testing.ts";

test("the same bytes are stored once, under their sha256", async () => {
  const storage = await testStorage();
  const a = await storage.put(Readable.from([Buffer.from("hello")]));
  const b = await storage.put(Readable.from([Buffer.from("hel"), Buffer.from("lo")]));
  expect(a).toEqual({ sha256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", bytes: 5 });
  expect(b).toEqual(a);
  expect(await text(storage.read(a.sha256))).toBe("hello");
  expect(await text(storage.read(a.sha256, { start: 1, end: 2 }))).toBe("el");
});

test("a source that breaks leaves no blob and no half file", async () => {
  const storage = await testStorage();
  async function* broken() {
    yield Buffer.from("half");
    throw new Error("connection lost");
  }
  await mkdir(join(storage.root, "tmp"), { recursive: true });
  await expect(storage.put(broken())).rejects.toThrow("connection lost");
  expect(await readdir(join(storage.root, "tmp"))).toEqual([]);
});

test("a path never leaves the blob folder", async () => {
  const storage = await testStorage();
  expect(() => storage.pathOf("../../etc/passwd")).toThrow("not a sha256");
});

test("a full disk is named with its remedy", () => {
  const full = Object.assign(new Error("write failed"), { code: "ENOSPC" });
  expect(String(asDiskError(full))).toContain("free space");
});

test("a finished file becomes a blob without a copy, and a second one of the same bytes gives way", async () => {
  const storage = await testStorage();
  const path = join(await storage.tmp(), "fetched");
  for (const _ of [1, 2]) {
    await writeFile(path, "hello");
    const blob = await storage.take(path);
    expect(await text(storage.read(blob.sha256))).toBe("hello");
    expect(await readdir(await storage.tmp())).toEqual([]);
  }
});

test("a blob that was damaged on disk is not reused: the same bytes put again replace it, by put and by take", async () => {
  const storage = await testStorage();
  const { sha256 } = await storage.put(Readable.from([Buffer.from("hello")]));
  for (const poison of ["jello", "hello and more", ""]) {
    await rm(storage.pathOf(sha256));
    await writeFile(storage.pathOf(sha256), poison);
    await storage.put(Readable.from([Buffer.from("hello")]));
    expect(await text(storage.read(sha256))).toBe("hello");
    await rm(storage.pathOf(sha256));
    await writeFile(storage.pathOf(sha256), poison);
    const path = join(await storage.tmp(), "made");
    await writeFile(path, "hello");
    await storage.take(path);
    expect(await text(storage.read(sha256))).toBe("hello");
  }
  expect(await readdir(await storage.tmp())).toEqual([]);
});

test("an intact blob keeps its file, which nobody may write, and counts as new", async () => {
  const storage = await testStorage();
  const { sha256 } = await storage.put(Readable.from([Buffer.from("hello")]));
  const before = await stat(storage.pathOf(sha256));
  expect(before.mode & 0o777).toBe(0o400);
  await utimes(storage.pathOf(sha256), 0, 0);
  await storage.put(Readable.from([Buffer.from("hello")]));
  const after = await stat(storage.pathOf(sha256));
  expect(after.ino).toBe(before.ino);
  expect(after.mtimeMs).toBeGreaterThanOrEqual(Math.floor(before.mtimeMs));
});
