import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Tx } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { deployments, hosts, replicas, revisions } from "#db/schema/deployments.ts";
import { aliases, models, modelVersions } from "#db/schema/models.ts";
import type { requests } from "#db/schema/requests.ts";
import { runEvents, runs } from "#db/schema/runs.ts";
import { blobs } from "#db/schema/storage.ts";
import { inTx } from "#db/testing.ts";
import { archiveDataset } from "#server/datasets/archive.ts";
import { health } from "#server/ops/health.ts";
import { home } from "#server/ops/home.ts";
import { homeRuns } from "#server/ops/home-in-progress.ts";
import { Search } from "#server/ops/input.ts";
import { search } from "#server/ops/search.ts";
import { logCalls } from "#server/requests/testing.ts";
import { listRuns } from "#server/runs/list.ts";
import { testDataset, testRun } from "#server/runs/testing.ts";
import { testProject } from "#server/testing.ts";

const hour = 3_600_000;
const sha = "0".repeat(64);

async function lineage(tx: Tx, projectId: string) {
  const ids = {
    dataset: newId("dataset"),
    version: newId("datasetVersion"),
    base: newId("model"),
    baseVersion: newId("modelVersion"),
    tuned: newId("model"),
    tunedVersion: newId("modelVersion"),
    run: newId("run"),
    deployment: newId("deployment"),
    revision: newId("revision"),
  };
  const by = "user:x";
  await tx.insert(blobs).values({ sha256: sha, bytes: 10 }).onConflictDoNothing();
  await tx.insert(datasets).values({ id: ids.dataset, projectId, name: "support-tickets", createdBy: by });
  await tx.insert(datasetVersions).values({
    id: ids.version,
    projectId,
    datasetId: ids.dataset,
    version: 4,
    status: "ready",
    filename: "a.jsonl",
    sourceBlob: sha,
    sourceBytes: 10,
    trainRows: 90,
    validationRows: 10,
    createdBy: by,
  });
  await tx.insert(models).values([
    { id: ids.base, projectId, name: "nano", kind: "base", createdBy: by },
    { id: ids.tuned, projectId, name: "support", kind: "tuned", createdBy: by },
  ]);
  await tx.insert(modelVersions).values([
    { id: ids.baseVersion, projectId, modelId: ids.base, version: 1, status: "ready", createdBy: by },
    { id: ids.tunedVersion, projectId, modelId: ids.tuned, version: 2, status: "ready", createdBy: by },
  ]);
  await tx.insert(runs).values({
    id: ids.run,
    projectId,
    name: "support-sft-12",
    modelName: "support",
    method: "sft",
    status: "succeeded",
    baseVersionId: ids.baseVersion,
    datasetVersionId: ids.version,
    config: {},
    seed: 1,
    createdBy: by,
  });
  await tx.insert(deployments).values({ id: ids.deployment, projectId, name: "support", createdBy: by });
  await tx.insert(revisions).values({
    id: ids.revision,
    projectId,
    deploymentId: ids.deployment,
    number: 1,
    modelVersionId: ids.tunedVersion,
    weightBps: 10_000,
  });
  await tx
    .insert(aliases)
    .values({ projectId, modelId: ids.tuned, alias: "champion", modelVersionId: ids.tunedVersion, movedBy: by });
  return ids;
}

function call(projectId: string, values: Partial<typeof requests.$inferInsert> = {}) {
  return { id: newId("request"), projectId, stream: true, receivedAt: new Date(Date.now() - hour), ...values };
}

test("an empty project has no step done and says null, not zero, for what nobody measured", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const page = await home(ctx);
    expect(Object.values(page.steps).every((step) => step === null)).toBe(true);
    expect(page.facts).toMatchObject({
      requests: 0,
      failed: 0,
      ttftP95Ms: null,
      costUsdNanos: null,
      promptTokens: null,
    });
    expect(page.traffic).toMatchObject({ counts: [], revisions: [] });
    expect(page.runs).toEqual([]);
    expect(page.apiUrl).toMatch(/^http.*\/v1$/);
  }));

test("a dataset that waits says what for, and an archived one waits for nobody", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const review = { kind: "mapping" as const, columns: [], samples: [] };
    const first = await testDataset(ctx, { status: "needs_review", review });
    const second = await testDataset(ctx, { status: "needs_review", review: { kind: "bad_rows" }, badRows: 3 });
    const gone = await testDataset(ctx, { status: "needs_review", review });
    await archiveDataset(ctx, { datasetId: gone.datasetId });
    const { imports } = (await home(ctx)).inProgress;
    expect(imports.map((each) => [each.id, each.review])).toEqual([
      [second.id, "bad_rows"],
      [first.id, "mapping"],
    ]);
  }));

test("facts count the last 24 hours of this project only, and tell failures from refusals", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const other = await testProject(tx);
    const ids = await lineage(tx, projectId);
    const answered = { revisionId: ids.revision, promptTokens: 7, completionTokens: 3 };
    await logCalls(tx, [
      call(projectId, { ...answered, ttftMs: 100, costUsdNanos: 2_000n }),
      call(projectId, { ...answered, ttftMs: 300 }),
      call(projectId, { status: 502, errorCode: "upstream_broken" }),
      call(projectId, { status: 429, errorCode: "rate_limit_exceeded" }),
      call(projectId, { receivedAt: new Date(Date.now() - 30 * hour), ttftMs: 9_000 }),
      call(other.projectId, { ttftMs: 9_000 }),
    ]);
    const page = await home(ctx);
    expect(page.facts).toMatchObject({
      requests: 4,
      failed: 1,
      refused: 1,
      ttftCount: 2,
      promptTokens: 14,
      completionTokens: 6,
      costUsdNanos: 2_000n,
      priced: 1,
    });
    expect(Math.abs((page.facts.ttftP95Ms ?? 0) / 290 - 1)).toBeLessThan(0.025);
    expect(page.traffic.revisions).toMatchObject([{ deployment: "support", number: 1, model: "support", version: 2 }]);
    expect(page.traffic.counts.map(({ revisionId, count }) => ({ revisionId, count }))).toContainEqual({
      revisionId: ids.revision,
      count: 2,
    });
    expect(page.traffic.counts[0]?.at).toBeInstanceOf(Date);
    expect(page.traffic).toMatchObject({ bucketMinutes: 1, windowHours: 2 });
    expect((page.traffic.counts[0]?.at.getTime() ?? 1) % 60_000).toBe(0);
    expect((await home(other.ctx)).facts.requests).toBe(1);
    await logCalls(tx, [call(projectId, { receivedAt: new Date(Date.now() - 5 * hour) })]);
    expect((await home(ctx)).traffic).toMatchObject({ bucketMinutes: 15, windowHours: 24 });
  }));

test("each step is ticked by what proves it", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const ids = await lineage(tx, projectId);
    await logCalls(tx, [call(projectId, { actor: "user:playground" })]);
    const before = await home(ctx);
    expect(before.steps).toMatchObject({
      dataset: { id: ids.dataset, name: "support-tickets", version: 4, trainRows: 90 },
      run: { id: ids.run },
      eval: null,
      champion: { name: "support", version: 2 },
      deployment: { id: ids.deployment },
      call: null,
    });
    await logCalls(tx, [call(projectId)]);
    expect((await home(ctx)).steps.call).toMatchObject({ model: "support" });
  }));

test("a run's loss curve comes thinned, in order", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const ids = await lineage(tx, projectId);
    const lines = Array.from({ length: 400 }, (_, index) => ({
      projectId,
      runId: ids.run,
      seq: index + 1,
      type: "metric",
      at: new Date(),
      body: { loss: 400 - index },
    }));
    await tx.insert(runEvents).values(lines);
    const [run] = (await home(ctx)).runs;
    expect(run?.losses).toHaveLength(40);
    expect(run?.losses.every((loss, index, all) => index === 0 || loss < (all[index - 1] ?? 0))).toBe(true);
    expect(run).toMatchObject({ dataset: "support-tickets", datasetVersion: 4, baseModel: "nano" });
  }));

test("a run's loss curve reads as many events of a long run as of a short one, whatever lies between its metrics", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const readFor = async (length: number) => {
      const runId = await testRun(ctx);
      await tx.execute(sql`insert into run_events (project_id, run_id, seq, type, at, body)
        select ${projectId}, ${runId}, n, case when n % 3 = 0 then 'metric' else 'eval' end, now(), jsonb_build_object('loss', n)
        from generate_series(1, ${length}::int) n`);
      await tx.execute(sql`analyze run_events`);
      const before = await rowsRead(tx);
      const [run] = await homeRuns(ctx);
      expect(run?.losses).toHaveLength(40);
      expect(run?.losses.at(-1)).toBeGreaterThan(length - 4);
      return (await rowsRead(tx)) - before;
    };
    const [short, long] = [await readFor(1_000), await readFor(20_000)];
    expect(long).toBeLessThanOrEqual(2 * short + 10); // the short run is still one of the five newest
  }));

/** Rows of run_events that this transaction has read. */
async function rowsRead(tx: Tx): Promise<number> {
  const [stat] = await tx.execute<{ read: number }>(
    sql`select (seq_tup_read + idx_tup_fetch)::int as read from pg_stat_xact_user_tables where relname = 'run_events'`,
  );
  return stat?.read ?? 0;
}

test("search finds by part of a name and by the end of an id, in this project only", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const other = await testProject(tx);
    const ids = await lineage(tx, projectId);
    await lineage(tx, other.projectId);
    const named = await search(ctx, { text: "support" });
    expect(named.items.map((found) => found.kind).sort()).toEqual(["dataset", "deployment", "model", "run"]);
    expect((await search(ctx, { text: ids.run.slice(-6) })).items).toEqual([
      { kind: "run", id: ids.run, name: "support-sft-12" },
    ]);
    expect((await search(ctx, { text: ids.version })).items).toMatchObject([{ kind: "dataset", id: ids.dataset }]);
    expect((await search(ctx, { text: "100%" })).items).toEqual([]);
  }));

test("search finds names in any case and script, whatever locale the database has", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const names = ["Ünï Straße", "🦊 first", "東京", "a.b (c)"];
    for (const name of names) await testRun(ctx, { name });
    const found = async (text: string) => (await search(ctx, Search.parse({ text }))).items.map(({ name }) => name);
    for (const text of ["Ünï", "ünï", "ÜNÏ STRA"]) expect(await found(text)).toEqual(["Ünï Straße"]);
    expect(await found("🦊")).toEqual(["🦊 first"]);
    expect(await found("東")).toEqual(["東京"]);
    expect(await found("A.B (")).toEqual(["a.b (c)"]);
    expect(await found("a\u0000b")).toEqual([]);
    for (const search of ["ünï", "ÜNÏ"])
      expect((await listRuns(ctx, { search })).items.map((run) => run.name)).toEqual(["Ünï Straße"]);
    expect((await listRuns(ctx, { search: "\u0000" })).items).toEqual([]);
    expect(Search.safeParse({ text: "a" }).success).toBe(false);
  }));

test("search puts the exact name first, then prefixes, words and parts, then names with one slip, and says what it left out", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    for (const name of ["hotel", "motel guide", "grand-hotel", "hotelier", "aparthotels", "tickets"])
      await testRun(ctx, { name });
    const found = async (text: string) => (await search(ctx, { text })).items.map(({ name }) => name);
    expect(await found("hotel")).toEqual(["hotel", "hotelier", "grand-hotel", "aparthotels"]);
    for (const slip of ["hotl", "hootel", "htoel", "hoetl", "HOTIL"])
      expect((await found(slip))[0], slip).toBe("hotel");
    expect(await found("tikets")).toEqual(["tickets"]);
    expect(await found("zzzz")).toEqual([]);
    expect((await search(ctx, { text: "hotel" })).more).toEqual([]);
    for (let i = 0; i < 3; i++) await testRun(ctx, { name: `hotel ${i}` });
    expect((await search(ctx, { text: "hotel" })).more).toEqual([{ kind: "run", text: "hotel" }]);
    const [rest] = (await search(ctx, { text: "HOTL" })).more;
    expect(rest).toEqual({ kind: "run", text: "hotel" });
    expect((await listRuns(ctx, { search: rest?.text })).total).toBe(7);
  }));

test("search finds versions by number, revisions and requests by short id, and members", () =>
  inTx(async (tx) => {
    const { ctx, projectId, userId } = await testProject(tx);
    const ids = await lineage(tx, projectId);
    const asked = call(projectId);
    await logCalls(tx, [asked]);
    const version = { kind: "version", id: ids.tunedVersion, name: "support/2", of: { id: ids.tuned, number: 2 } };
    expect((await search(ctx, { text: "support/2" })).items).toEqual([version]);
    expect((await search(ctx, { text: ids.tunedVersion.slice(-6) })).items).toEqual([version]);
    expect((await search(ctx, { text: "tickets/4" })).items).toMatchObject([{ kind: "dataset", id: ids.dataset }]);
    expect((await search(ctx, { text: ids.revision.slice(-6) })).items).toEqual([
      { kind: "revision", id: ids.revision, name: "support v1", of: { id: ids.deployment, number: 1 } },
    ]);
    expect((await search(ctx, { text: asked.id.slice(-6) })).items).toEqual([
      { kind: "request", id: asked.id, name: "support" },
    ]);
    expect((await search(ctx, { text: userId.slice(-8) })).items).toEqual([
      { kind: "member", id: userId, name: "Ada" },
    ]);
  }));

test("a host is healthy while its heart beats, and counts this project's replicas", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const ids = await lineage(tx, projectId);
    const [alive, silent] = [newId("host"), newId("host")];
    const host = { url: "http://h", memoryBytes: 1, engineVersion: "1", startedAt: new Date() };
    await tx.insert(hosts).values([
      { ...host, id: alive, device: "cpu", heartbeatAt: new Date() },
      { ...host, id: silent, device: "gpu", heartbeatAt: new Date(Date.now() - hour) },
    ]);
    const replica = { id: newId("replica"), projectId, hostId: alive, modelVersionId: ids.tunedVersion };
    await tx.insert(replicas).values({ ...replica, status: "ready" });
    const { hosts: found } = await health(ctx);
    expect(found.find((each) => each.id === alive)).toMatchObject({ status: "healthy", replicas: 1, replicasReady: 1 });
    expect(found.find((each) => each.id === silent)).toMatchObject({ status: "down", replicas: 0 });
  }));
