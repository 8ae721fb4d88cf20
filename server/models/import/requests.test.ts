import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Db } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { modelVersions } from "#db/schema/models.ts";
import { projects } from "#db/schema/people.ts";
import { uploads } from "#db/schema/storage.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import type { Ctx } from "#server/context.ts";
import { tinyAdapter, tinyBase } from "#server/inference/gguf-testing.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { deleteModelVersion } from "#server/models/delete-version.ts";
import { importModelVersion } from "#server/models/import/run.ts";
import { importSampleModel } from "#server/models/import/sample.ts";
import { importModel } from "#server/models/import/start.ts";
import { ImportModel } from "#server/models/input.ts";
import { listArtifacts } from "#server/models/list-artifacts.ts";
import { addGround, addRun } from "#server/models/models.fixture.ts";
import { registerModelVersion } from "#server/models/register.ts";
import { testProject } from "#server/testing.ts";

const hub = { kind: "hub", repo: "acme/tiny" } as const;

async function addUpload(db: Db, ctx: Ctx, status: "open" | "finished" | "aborted", sha256: string | null = null) {
  const id = newId("upload");
  const row = { id, projectId: ctx.projectId, filename: "m.gguf", bytesExpected: 4, createdBy: ctx.actor };
  await db.insert(uploads).values({ ...row, status, blobSha256: sha256, expiresAt: new Date() });
  return id;
}

test("a name that a base has gets its next version, and a tuned model's name is refused", () =>
  inTx(async (tx) => {
    const { ctx, enqueued } = await testProject(tx);
    const ground = await addGround(ctx);
    await registerModelVersion(ctx, { runId: await addRun(ctx, ground) });
    expect(await importModel(ctx, { name: "nano", source: hub })).toMatchObject({ version: 2, status: "importing" });
    const before = enqueued.length;
    await expect(importModel(ctx, { name: "support", source: hub })).rejects.toMatchObject({
      code: "CONFLICT",
      field: "name",
    });
    expect(enqueued).toHaveLength(before);
    const there = await testProject(tx);
    expect(await importModel(there.ctx, { name: "support", source: hub })).toMatchObject({ version: 1 });
  }));

test("where a model comes from is kept as it was asked for, and a version that never was ready frees its number", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    await addGround(ctx);
    const source = { ...hub, revision: "v1", file: "m.gguf" };
    const second = await importModel(ctx, { name: "nano", source });
    expect(second.source).toEqual({ kind: "hub", location: "acme/tiny", revision: "v1", file: "m.gguf" });
    await deleteModelVersion(ctx, { version: second.id });
    expect(await importModel(ctx, { name: "nano", source: hub })).toMatchObject({ version: 2 });
  }));

test("files are taken from uploads of this project that are not cancelled, each named where it is lacking", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const stranger = await testProject(tx);
    const [open, aborted] = [await addUpload(tx, ctx, "open"), await addUpload(tx, ctx, "aborted")];
    const theirs = await addUpload(tx, stranger.ctx, "open");
    const from = (...ids: string[]) => {
      const files = ids.map((uploadId, i) => ({ path: `f${i}.gguf`, uploadId }));
      return importModel(ctx, { name: "mine", source: { kind: "upload", files } });
    };
    for (const lacking of [aborted, theirs, newId("upload")])
      await expect(from(open, lacking)).rejects.toMatchObject({
        code: "NOT_FOUND",
        field: "source",
        message: `there is no upload ${lacking}: it expired or was cancelled`,
      });
    expect(await from(open, open)).toMatchObject({ source: { kind: "upload", location: "2 files" } });
  }));

test("a project gets the sample once, again when every import of it failed, and a deleted project none", () =>
  inTx(async (tx) => {
    const { ctx, enqueued } = await testProject(tx);
    await importSampleModel(ctx);
    await importSampleModel(ctx);
    expect(enqueued.map((job) => job.name)).toEqual(["models.import"]);
    await tx.update(modelVersions).set({ status: "failed" });
    await importSampleModel(ctx);
    expect(enqueued).toHaveLength(2);
    const versions = await tx.select().from(modelVersions).orderBy(modelVersions.version);
    expect(versions.map((one) => [one.version, one.status])).toEqual([
      [1, "failed"],
      [2, "importing"],
    ]);
    const gone = { ...ctx, projectId: newId("project") };
    await expect(importSampleModel(gone)).rejects.toMatchObject({ code: "NOT_FOUND", reason: "gone" });
    expect(await tx.$count(projects)).toBe(1);
  }));

test.each([
  { kind: "hub", repo: "Qwen3-0.6B" },
  { kind: "hub", repo: "https://hub.example/acme/tiny" },
  { kind: "hub", repo: "acme/tiny/x" },
  { kind: "upload", files: [] },
  { kind: "local", path: "" },
  { kind: "sample", location: "nano" },
])("a source that names nothing is refused before it is asked for: %j", (source) => {
  expect(ImportModel.safeParse({ name: "mine", source }).success).toBe(false);
});

test("a GGUF becomes a base that serves and does not train, one that is an adapter, cut or not all there says why it failed", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await testJobs(db);
    const admin: Ctx = { ...ctx, actor: "system:local-admin" };
    const imported = async (source: Parameters<typeof importModel>[1]["source"], before?: () => Promise<unknown>) => {
      const { id } = await importModel(admin, { name: "tiny", source });
      await before?.();
      await importModelVersion(ctx, { modelVersionId: id }, new AbortController().signal);
      const [row] = await db.select().from(modelVersions).where(eq(modelVersions.id, id));
      if (!row) throw new Error("the version is gone");
      return row;
    };
    const path = await mkdtemp(join(tmpdir(), "largeforge-test-gguf-"));
    const file = join(path, "base.gguf");
    await writeFile(file, tinyBase());
    const local = { kind: "local", path } as const;
    const ready = await imported(local);
    expect(ready).toMatchObject({
      status: "ready",
      architecture: "llama",
      contextLength: 256,
      weightsArtifactId: null,
    });
    expect(await listArtifacts(ctx, { version: ready.id })).toMatchObject([{ files: [{ path: "model.gguf" }] }]);
    expect(ready).toMatchObject({ progress: null, error: null });
    // its job once more changes nothing
    await importModelVersion(ctx, { modelVersionId: ready.id }, new AbortController().signal);
    expect((await listArtifacts(ctx, { version: ready.id })).map((one) => one.id)).toEqual([ready.ggufArtifactId]);

    const cut = await imported(local, () => writeFile(file, tinyBase().subarray(0, 500)));
    expect(cut).toMatchObject({
      status: "failed",
      ggufArtifactId: null,
      error: { message: expect.stringContaining("truncated") },
    });
    const adapter = await imported(local, () => writeFile(file, tinyAdapter()));
    expect(adapter).toMatchObject({ status: "failed", error: { code: "adapter", hint: null } });
    const open = await addUpload(db, ctx, "open");
    const unfinished = await imported({ kind: "upload", files: [{ path: "m.gguf", uploadId: open }] });
    expect(unfinished).toMatchObject({
      status: "failed",
      error: { code: "upload_open", message: "the upload of m.gguf is not finished" },
    });
  }));
