import { mkdir, readdir, writeFile } from "node:fs/promises";
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
