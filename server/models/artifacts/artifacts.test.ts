import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { artifactFiles, artifacts } from "#db/schema/models.ts";
import { inTx } from "#db/testing.ts";
import { type ArtifactFile, manifestOf } from "#server/models/artifacts/digest.rule.ts";
import { filesOfArtifact, layOut } from "#server/models/artifacts/lay-out.ts";
import { removeArtifacts } from "#server/models/artifacts/remove.ts";
import { storeArtifact } from "#server/models/artifacts/store.ts";
import { testProject, testStorage } from "#server/testing.ts";

const shaOf = (text: string) => createHash("sha256").update(text).digest("hex");

/** Stored blobs of these contents, by path, and a folder that is not there yet. */
async function laidOut(contents: Record<string, string>) {
  const storage = await testStorage();
  const files: ArtifactFile[] = [];
  for (const [path, content] of Object.entries(contents))
    files.push({ path, ...(await storage.put(Readable.from([Buffer.from(content)]))) });
  const folder = join(await mkdtemp(join(tmpdir(), "largeforge-test-layout-")), "base", "nano");
  return { storage, files, folder };
}

test("an artifact's digest depends on its files and not on their order", () => {
  const path = fc.string({ unit: fc.constantFrom(..."abAB/._-1é"), minLength: 1, maxLength: 8 });
  const files = fc
    .uniqueArray(path, { minLength: 1, maxLength: 8 })
    .map((paths) => paths.map((path, bytes) => ({ path, bytes, sha256: shaOf(path) })));
  const shuffled = files.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length })),
  );
  fc.assert(
    fc.property(shuffled, ([list, other]) => {
      expect(manifestOf(other)).toBe(manifestOf(list));
      expect(manifestOf(list).split("\n")).toHaveLength(list.length + 1);
    }),
  );
  expect(
    manifestOf([
      { path: "b", sha256: "2", bytes: 1 },
      { path: "a", sha256: "1", bytes: 1 },
    ]),
  ).toBe("1  a\n2  b\n");
});

test("a stored artifact says its size and digest, and two of the same files share their blobs but not their rows", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const files = ["config.json", "model.safetensors"].map((path) => ({ path, sha256: shaOf(path), bytes: 7 }));
    const [first, second] = [
      await storeArtifact(ctx, { kind: "base_weights", files }),
      await storeArtifact(ctx, { kind: "base_weights", files: files.toReversed() }),
    ];
    expect(first).toMatchObject({ bytes: 14, digest: shaOf(manifestOf(files)) });
    expect([second.digest, second.id === first.id]).toEqual([first.digest, false]);
    expect(await filesOfArtifact(ctx, first.id)).toEqual(files);
    await removeArtifacts(ctx, [first.id]);
    await removeArtifacts(ctx, []);
    await expect(filesOfArtifact(ctx, first.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await filesOfArtifact(ctx, second.id)).toEqual(files);
  }));

test("another project's artifact is not there, neither to read nor to remove", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const stranger = await testProject(tx);
    const files = [{ path: "model.gguf", sha256: shaOf("x"), bytes: 1 }];
    const { id } = await storeArtifact(ctx, { kind: "base_gguf", files });
    await expect(filesOfArtifact(stranger.ctx, id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await removeArtifacts(stranger.ctx, [id]);
    expect([await tx.$count(artifacts), await tx.$count(artifactFiles)]).toEqual([1, 1]);
    await expect(filesOfArtifact(ctx, newId("artifact"))).rejects.toMatchObject({ code: "NOT_FOUND" });
  }));

test("files are laid out as links under their own names, in folders too, and again without touching what is right", async () => {
  const { storage, files, folder } = await laidOut({ "config.json": "{}", "onnx/model.bin": "weights" });
  await layOut(storage, files, folder);
  expect(await readFile(join(folder, "onnx", "model.bin"), "utf8")).toBe("weights");
  await writeFile(join(folder, "made-by-a-program"), "kept");
  await layOut(storage, files, folder);
  expect((await readdir(folder)).sort()).toEqual(["config.json", "made-by-a-program", "onnx"]);
});

test("what was laid out of other files, or by hand, is replaced whole, and what a broken attempt left behind too", async () => {
  const { storage, files, folder } = await laidOut({ "config.json": "{}" });
  await mkdir(`${folder}.new`, { recursive: true });
  await writeFile(join(`${folder}.new`, "half"), "x");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "config.json"), "{}"); // the same bytes, but a file that a program may write to
  await writeFile(join(folder, "stale"), "x");
  await layOut(storage, files, folder);
  expect(await readdir(folder)).toEqual(["config.json"]);
  expect(await readdir(join(folder, ".."))).toEqual(["nano"]);
});

test("a blob that is gone or has lost bytes is named, and the folder stays as it was", async () => {
  const { storage, files, folder } = await laidOut({ "a.json": "{}", "b.json": "[]" });
  await layOut(storage, files, folder);
  const longer = files.map((file) => (file.path === "b.json" ? { ...file, bytes: 3 } : file));
  await expect(layOut(storage, longer, folder)).rejects.toMatchObject({
    code: "UNAVAILABLE",
    reason: "blob_damaged",
    message: "the stored file b.json has 2 bytes instead of 3",
  });
  expect((await readdir(folder)).sort()).toEqual(["a.json", "b.json"]);
  await rm(storage.pathOf(files[0]?.sha256 ?? ""));
  await expect(layOut(storage, files, folder)).rejects.toThrow("the stored file a.json is gone");
});
