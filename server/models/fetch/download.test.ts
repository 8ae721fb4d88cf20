import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ListFileEntry } from "@huggingface/hub";
import { expect, onTestFinished, test } from "vitest";
import { downloadFile } from "#server/models/fetch/download.ts";
import { startHub } from "#server/models/fetch/hub.fixture.ts";

const repo = "acme/tiny";
const large = randomBytes(100_000);
const small = Buffer.from('{"a": 1}');

/** A Hub with one large and one small file, and a folder to fetch them into. */
async function hubWith() {
  const [source, folder] = await Promise.all(
    ["source", "to"].map((name) => mkdtemp(join(tmpdir(), `largeforge-test-hub-${name}-`))),
  );
  if (!source || !folder) throw new Error("two folders");
  await writeFile(join(source, "model.safetensors"), large);
  await writeFile(join(source, "config.json"), small);
  const hub = await startHub(repo, source);
  onTestFinished(() => hub.close());
  const place = { repo: { type: "model" as const, name: repo }, revision: hub.commit, hubUrl: hub.url };
  const reported: number[] = [];
  const to = join(folder, "file");
  const fetchFile = (entry: ListFileEntry, signal = new AbortController().signal) =>
    downloadFile(place, entry, to, { signal, report: (bytes) => void reported.push(bytes) });
  return { hub, folder, to, reported, fetchFile };
}

function entryOf(path: string, bytes: Buffer): ListFileEntry {
  const oid = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
  const lfs = { oid: createHash("sha256").update(bytes).digest("hex"), size: bytes.length, pointerSize: 130 };
  const entry = { type: "file" as const, path, size: bytes.length, oid };
  return bytes.length > 4_096 ? { ...entry, lfs } : entry;
}

const weights = entryOf("model.safetensors", large);
const config = entryOf("config.json", small);

test("a file is fetched whole, its bytes told as they come, and not asked for again", async () => {
  const { hub, folder, to, reported, fetchFile } = await hubWith();
  await fetchFile(weights);
  expect((await readFile(to)).equals(large)).toBe(true);
  expect(await readdir(folder)).toEqual(["file"]);
  expect(reported).toEqual([...reported].sort((a, b) => a - b));
  expect(reported.at(-1)).toBe(large.length);
  const asked = hub.ranges.length;
  await fetchFile(weights);
  expect(hub.ranges).toHaveLength(asked);
});

test("a download that breaks off goes on at the byte where it stopped", async () => {
  const { hub, to, fetchFile } = await hubWith();
  hub.cutAfter.set("model.safetensors", [40_000]);
  await fetchFile(weights);
  expect((await readFile(to)).equals(large)).toBe(true);
  const starts = hub.ranges.map(({ range }) => Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0));
  const resumed = starts.filter((start) => start > 0);
  expect(resumed.length).toBeGreaterThan(0);
  expect(resumed.every((start) => start % 16_384 === 0)).toBe(true);
});

test("what an earlier attempt left is gone on with, and more than the file has is fetched anew", async () => {
  const { hub, to, reported, fetchFile } = await hubWith();
  await writeFile(`${to}.part`, large.subarray(0, 60_000));
  await fetchFile(weights);
  expect((await readFile(to)).equals(large)).toBe(true);
  expect(reported[0]).toBe(60_000);
  expect(hub.ranges.some(({ range }) => range?.startsWith("bytes=60000-"))).toBe(true);
  const other = await hubWith();
  await writeFile(`${other.to}.part`, Buffer.concat([large, large]));
  await other.fetchFile(weights);
  expect((await readFile(other.to)).equals(large)).toBe(true);
});

test("bytes that are not those promised are refused and not kept, by sha256 for large files and git's id for small", async () => {
  for (const entry of [weights, config]) {
    const { hub, folder, fetchFile } = await hubWith();
    hub.lieAbout.add(entry.path);
    await expect(fetchFile(entry)).rejects.toMatchObject({
      code: "REFUSED",
      reason: "hash_mismatch",
      message: expect.stringContaining(`${entry.path} is not what the Hub promised`),
    });
    expect(await readdir(folder)).toEqual([]);
    hub.lieAbout.clear();
    await fetchFile(entry);
    expect(await readdir(folder)).toEqual(["file"]);
  }
});

test("an empty file is made without asking for its bytes", async () => {
  const { hub, to, fetchFile } = await hubWith();
  await fetchFile(entryOf("empty.txt", Buffer.alloc(0)));
  expect([(await readFile(to)).length, hub.ranges]).toEqual([0, []]);
});

test("a download that is called off stops, and what had come is there for the next one", async () => {
  const { hub, folder, to, fetchFile } = await hubWith();
  const stop = new AbortController();
  await writeFile(`${to}.part`, large.subarray(0, 20_000));
  const stalled = Promise.withResolvers<void>();
  hub.stallOn.set("model.safetensors", stalled.promise);
  const fetching = fetchFile(weights, stop.signal);
  while (!hub.ranges.some(({ range }) => range?.startsWith("bytes=20000-"))) await new Promise(setImmediate);
  stop.abort(new Error("shutting down"));
  await expect(fetching).rejects.toThrow("shutting down");
  stalled.resolve();
  expect(await readdir(folder)).toEqual(["file.part"]);
  hub.stallOn.clear();
  await fetchFile(weights);
  expect((await readFile(to)).equals(large)).toBe(true);
});
