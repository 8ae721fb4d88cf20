import { cp, mkdtemp, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { eq, sql } from "drizzle-orm";
import { describe, expect, test } from "vitest";
import type { Pool } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { artifactFiles, models, modelVersions } from "#db/schema/models.ts";
import { projects } from "#db/schema/people.ts";
import { uploads } from "#db/schema/storage.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import { type Ctx, transact } from "#server/context.ts";
import { tinyBase } from "#server/inference/gguf-testing.ts";
import { holdTable } from "#server/jobs/cut-off.fixture.ts";
import { openQueues } from "#server/jobs/enqueue.ts";
import { startJobs, testDataFolder } from "#server/jobs/jobs-process.fixture.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { readSafetensors } from "#server/models/check/safetensors.ts";
import { deleteModelVersion } from "#server/models/delete-version.ts";
import { startHub } from "#server/models/fetch/hub.fixture.ts";
import { importSampleModel } from "#server/models/import/sample.ts";
import { importModel } from "#server/models/import/start.ts";
import { showModel } from "#server/models/show.ts";
import { type TestProcess, until } from "#server/process.fixture.ts";
import { testBase } from "#server/runs/testing.ts";
import { tinyBaseFolder, trainerMissing } from "#server/runs/tiny-base.fixture.ts";
import { fileStorage, recordBlob } from "#server/storage.ts";
import { testProject } from "#server/testing.ts";

const missing = trainerMissing();
if (missing) console.warn(`skipped the imports with a real converter: ${missing}`);
const repo = "acme/tiny";

test("a path on the server is for its own admin key alone", () =>
  inTx(async (tx) => {
    const { ctx, enqueued } = await testProject(tx);
    const path = await mkdtemp(join(tmpdir(), "largeforge-test-gguf-"));
    await writeFile(join(path, "model.gguf"), "");
    const input = { name: "tiny", source: { kind: "local", path } } as const;
    await expect(importModel(ctx, input)).rejects.toThrow("own admin key");
    const version = await importModel({ ...ctx, actor: "system:local-admin" }, input);
    expect(version).toMatchObject({ version: 1, status: "importing" });
    expect(enqueued.at(-1)).toMatchObject({ name: "models.import", payload: { modelVersionId: version.id } });
    expect(await importModel({ ...ctx, actor: "system:local-admin" }, input)).toMatchObject({ version: 2 });
  }));

test("a path where no model lies is refused at once, and nothing is kept", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const admin = { ...ctx, actor: "system:local-admin" } as const;
    const bad = (path: string) => importModel(admin, { name: "bad", source: { kind: "local", path } });
    await expect(bad("/nope")).rejects.toMatchObject({ code: "NOT_FOUND", message: "there is nothing at /nope" });
    await expect(bad(await mkdtemp(join(tmpdir(), "largeforge-test-no-model-")))).rejects.toMatchObject({
      code: "REFUSED",
    });
    expect(await tx.select().from(models)).toEqual([]);
  }));

test("the sample that is asked for twice at once is imported once", () =>
  inDatabase(async ({ db }) => {
    const ctx: Ctx = { db, projectId: "prj_sample", actor: "system:jobs", enqueue: () => {} };
    await db.insert(projects).values({ id: ctx.projectId, slug: "sample", name: "Sample" });
    const second = await transact(ctx, async (inner) => {
      await importSampleModel(inner);
      const second = importSampleModel(ctx);
      const waiting = sql`select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
      await until(async () => (await db.execute(waiting)).length > 0);
      return { done: second };
    });
    await second.done;
    expect(await db.$count(modelVersions)).toBe(1);
  }));

test("a failed import is deleted, and as the only version with its model", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const kept = await testBase(ctx, { name: "nano" });
    await tx.insert(modelVersions).values({
      id: newId("modelVersion"),
      projectId: ctx.projectId,
      modelId: kept.modelId,
      version: 2,
      status: "failed",
      createdBy: ctx.actor,
    });
    await deleteModelVersion(ctx, { version: "nano/2" });
    expect((await showModel(ctx, { model: "nano" })).versions.map((version) => version.name)).toEqual(["nano/1"]);
    const error = { code: "hub_404", message: "not there", hint: null };
    await testBase(ctx, { name: "bad", status: "failed", error });
    expect(await deleteModelVersion(ctx, { version: "bad" })).toMatchObject({ name: "bad" });
    await expect(showModel(ctx, { model: "bad" })).rejects.toMatchObject({ code: "NOT_FOUND" });
  }));

/** A worker process on a database of its own, with everything an import needs. */
function importing(
  fn: (on: {
    db: Pool;
    ctx: Ctx;
    data: string;
    start: (extra?: Record<string, string>) => Promise<TestProcess>;
    settled: (id: string) => Promise<typeof modelVersions.$inferSelect>;
  }) => Promise<void>,
) {
  return inDatabase(async ({ db, url }) => {
    const data = await testDataFolder();
    const queues = openQueues({ databaseUrl: url });
    const jobs: TestProcess[] = [];
    const { ctx } = await testJobs(db);
    const start = async (extra = {}) => {
      const started = await startJobs(url, data, extra);
      jobs.push(started);
      return started;
    };
    const settled = async (id: string) => {
      for (;;) {
        const [row] = await db.select().from(modelVersions).where(eq(modelVersions.id, id));
        if (row && row.status !== "importing") return row;
        await sleep(100);
      }
    };
    try {
      await fn({ db, data, ctx: { ...ctx, actor: "system:local-admin", enqueue: queues.enqueue }, start, settled });
    } finally {
      await queues.close();
      for (const each of jobs) await each.kill("SIGKILL");
    }
  });
}

test("a restart of the database neither fails an import nor loses what was fetched", () =>
  importing(async ({ db, ctx, data, start, settled }) => {
    const storage = fileStorage(data);
    const blob = await storage.put(Readable.from([tinyBase()]));
    await recordBlob(ctx, blob);
    const upload = {
      id: newId("upload"),
      projectId: ctx.projectId,
      blobSha256: blob.sha256,
      bytesExpected: blob.bytes,
    };
    await db.insert(uploads).values({ ...upload, filename: "base.gguf", createdBy: ctx.actor, expiresAt: new Date() });
    const source = { kind: "upload" as const, files: [{ path: "base.gguf", uploadId: upload.id }] };
    const { id } = await importModel(ctx, { name: "tiny", source });
    const reading = await holdTable(db, "uploads", "access exclusive");
    const storing = await holdTable(db, "artifacts");
    await start();
    await reading.cutOff();
    await storing.cutOff();
    expect(await settled(id)).toMatchObject({ status: "ready", error: null });
  }));

/** The tiny base as some repositories have theirs: an index, and the same weights once more beside it. */
async function indexedTwice() {
  const folder = await mkdtemp(join(tmpdir(), "largeforge-test-twice-"));
  await cp(await tinyBaseFolder(), folder, { recursive: true });
  const weights = join(folder, "model.safetensors");
  const { tensors } = await readSafetensors(weights, "model.safetensors");
  const index = { weight_map: Object.fromEntries(tensors.map((tensor) => [tensor, "model.safetensors"])) };
  await writeFile(join(folder, "model.safetensors.index.json"), JSON.stringify(index));
  await cp(weights, join(folder, "consolidated.safetensors"));
  return folder;
}

describe.skipIf(missing)("with a real converter", () => {
  test("a local folder becomes a base with weights and a GGUF", { timeout: 900_000 }, () =>
    importing(async ({ db, ctx, start, settled }) => {
      await start();
      const source = { kind: "local", path: await tinyBaseFolder() } as const;
      const { id } = await importModel(ctx, { name: "tiny", source });
      const version = await settled(id);
      expect(version).toMatchObject({ status: "ready", architecture: "LlamaForCausalLM", contextLength: 128 });
      const files = await db.select().from(artifactFiles);
      expect(files.map((file) => file.path)).toContain("model.gguf");
      expect(files.filter((file) => file.artifactId === version.weightsArtifactId)).not.toHaveLength(0);
    }),
  );

  test("a folder that is refused says why", { timeout: 900_000 }, () =>
    importing(async ({ ctx, data, start, settled }) => {
      await start();
      const folder = await mkdtemp(join(tmpdir(), "largeforge-test-bad-"));
      await cp(await tinyBaseFolder(), folder, { recursive: true });
      await writeFile(join(folder, "config.json"), JSON.stringify({ architectures: ["X"], auto_map: {} }));
      const { id } = await importModel(ctx, { name: "bad", source: { kind: "local", path: folder } });
      expect(await settled(id)).toMatchObject({ status: "failed", error: { code: "auto_map" } });
      await until(async () => (await readdir(join(data, "tmp"))).length === 0);
    }),
  );

  test("a download that breaks off goes on where it stopped, also in the next worker", { timeout: 900_000 }, () =>
    importing(async ({ db, ctx, start, settled }) => {
      const hub = await startHub(repo, await indexedTwice());
      const weights = "model.safetensors";
      const wait = Promise.withResolvers<void>();
      hub.cutAfter.set(weights, [32_768]);
      const first = await start({ HF_ENDPOINT: hub.url });
      const asked = (from: number) =>
        hub.ranges.some((each) => each.path === weights && each.range?.startsWith(`bytes=${from}-`));
      const { id } = await importModel(ctx, { name: "tiny", source: { kind: "hub", repo } });
      hub.stallOn.set(weights, wait.promise);
      while (!hub.ranges.some((each) => /^bytes=[1-9]/.test(each.range ?? ""))) await sleep(20);
      await first.kill("SIGKILL");
      wait.resolve();
      await start({ HF_ENDPOINT: hub.url });
      expect(await settled(id)).toMatchObject({ status: "ready", source: { revision: hub.commit, location: repo } });
      expect(asked(0)).toBe(true);
      expect(
        hub.ranges.filter((each) => each.path === weights && /^bytes=[1-9]/.test(each.range ?? "")).length,
      ).toBeGreaterThan(1);
      expect((await db.select().from(modelVersions)).length).toBe(1);
      expect(hub.ranges.map((each) => each.path)).not.toContain("consolidated.safetensors");
      await hub.close();
    }),
  );

  test("bytes that are not what the Hub promised are refused", { timeout: 900_000 }, () =>
    importing(async ({ ctx, start, settled }) => {
      const hub = await startHub(repo, await tinyBaseFolder());
      hub.lieAbout.add("model.safetensors");
      await start({ HF_ENDPOINT: hub.url });
      const { id } = await importModel(ctx, { name: "tiny", source: { kind: "hub", repo } });
      expect(await settled(id)).toMatchObject({ status: "failed", error: { code: "hash_mismatch" } });
      const gone = await importModel(ctx, { name: "gone", source: { kind: "hub", repo: "acme/other" } });
      expect(await settled(gone.id)).toMatchObject({ status: "failed", error: { code: "hub_404" } });
      await hub.close();
    }),
  );
});
