import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { auditLog } from "#db/schema/audit.ts";
import { datasetVersions, examplePages } from "#db/schema/datasets.ts";
import { inTx } from "#db/testing.ts";
import { decideDataset } from "#server/datasets/decide.ts";
import { finishImport } from "#server/datasets/finish-import.ts";
import { importDataset } from "#server/datasets/import.ts";
import { showDataset } from "#server/datasets/show.ts";
import { chatLine, testDatasets } from "#server/datasets/testing.ts";
import { DomainError } from "#server/errors.ts";
import { claim } from "#server/jobs/lease.ts";
import { datasetImports } from "#server/jobs/leased.ts";

const rows = Array.from({ length: 50 }, (_, i) => chatLine(`question ${i}`, `answer ${i}`)).join("");
const badRow = '{"messages": [{"role": "user", "content": "hi"}]}\n';

test("an upload becomes a ready version with its counts, files, index and audit rows", () =>
  inTx(async (tx) => {
    const { ctx, storage, add, enqueued } = await testDatasets(tx);
    const { versionId, name, version } = await add(rows);
    expect({ name, version }).toEqual({ name: "tickets", version: 1 });
    expect(enqueued).toEqual([{ name: "datasets.import", payload: { projectId: ctx.projectId, versionId } }]);
    const [row] = await tx.select().from(datasetVersions).where(eq(datasetVersions.id, versionId));
    expect(row).toMatchObject({ status: "ready", shape: "messages", rowsRead: 50, badRows: 0, bytesRead: rows.length });
    const train = await text(storage.read(row?.trainBlob ?? ""));
    expect(train.trim().split("\n")).toHaveLength(row?.trainRows ?? 0);
    expect((row?.trainRows ?? 0) + (row?.validationRows ?? 0)).toBe(50);
    expect(row?.stats?.conversation?.max).toBeGreaterThan(10);
    const pages = await tx.select().from(examplePages).where(eq(examplePages.versionId, versionId));
    expect(pages.length).toBeGreaterThan(0);
    const audit = await tx.select().from(auditLog).where(eq(auditLog.targetId, versionId));
    expect(audit.map((entry) => entry.action).sort()).toEqual(["datasets.create", "datasets.import"]);
  }));

test("the same name makes the next version, from the same name in another project it is apart", () =>
  inTx(async (tx) => {
    const { add } = await testDatasets(tx);
    const first = await add(rows);
    const second = await add(rows, { name: "tickets" });
    expect(second).toMatchObject({ datasetId: first.datasetId, version: 2 });
    const other = await (await testDatasets(tx)).add(rows);
    expect(other).toMatchObject({ version: 1 });
    expect(other.datasetId).not.toBe(first.datasetId);
  }));

test("a file with bad rows waits for a person and lists its problems", () =>
  inTx(async (tx) => {
    const { ctx, add } = await testDatasets(tx);
    const { versionId } = await add(rows + badRow);
    const shown = await showDataset(ctx, { ref: versionId });
    expect(shown.version).toMatchObject({ status: "needs_review", review: "bad_rows", badRows: 1, setAside: true });
    expect(shown.version.problems).toEqual([
      expect.objectContaining({ line: 51, field: "messages", code: "last_not_assistant", remedy: expect.any(String) }),
    ]);
  }));

test("what a person said beforehand is done without asking", () =>
  inTx(async (tx) => {
    const { ctx, add } = await testDatasets(tx);
    const aside = await add(rows + badRow, { onBadRows: "set_aside" });
    const refused = await add(rows + badRow, { onBadRows: "refuse" });
    expect((await showDataset(ctx, { ref: aside.versionId })).version).toMatchObject({ status: "ready", badRows: 1 });
    const shown = await showDataset(ctx, { ref: refused.versionId });
    expect(shown.version.status).toBe("refused");
    expect(shown.version.refusal?.message).toBe("1 of 51 rows have problems");
  }));

test("a refused file keeps its source and says why", () =>
  inTx(async (tx) => {
    const { ctx, storage, add } = await testDatasets(tx);
    const { versionId } = await add("PK\u0003\u0004 xl/workbook.xml", { filename: "returns.xlsx" });
    const shown = await showDataset(ctx, { ref: versionId });
    expect(shown.version).toMatchObject({ status: "refused", refusal: { code: "excel" }, trainRows: null });
    expect(await storage.has(shown.version.sourceSha256)).toBe(true);
  }));

test("a second delivery of a finished import is refused by the compare-and-set", () =>
  inTx(async (tx) => {
    const { add, runImport } = await testDatasets(tx);
    const { versionId } = await add(rows);
    expect(await runImport(versionId)).toEqual({ outcome: "skipped" });
  }));

test("an import is taken over from a silent worker, and the slow one cannot finish any more", () =>
  inTx(async (tx) => {
    const { ctx, store, runImport } = await testDatasets(tx);
    const { versionId } = await store(rows);
    const mine = eq(datasetVersions.id, versionId);
    await tx
      .update(datasetVersions)
      .set({ heartbeatAt: sql`now()`, leaseHolder: "elsewhere/1/1", leaseAttempt: 1 })
      .where(mine);
    expect(await runImport(versionId)).toEqual({ outcome: "skipped" });
    await tx.update(datasetVersions).set({ heartbeatAt: sql`now() - interval '2 minutes'` }).where(mine);
    expect(await runImport(versionId)).toEqual({ outcome: "ready" });
    await tx.update(datasetVersions).set({ status: "importing" }).where(mine);
    const row = await claim(ctx, datasetImports, versionId);
    if (!row) throw new Error("the version is gone");
    expect(row.leaseAttempt).toBe(3);
    expect(await finishImport(ctx, { ...row, leaseAttempt: 2 }, { gaveUp: 1 })).toEqual({ outcome: "skipped" });
    expect(await finishImport(ctx, row, { gaveUp: 1 })).toEqual({ outcome: "refused" });
  }));

test("a worker that shuts down gives the import back at once", () =>
  inTx(async (tx) => {
    const { ctx, store, runImport } = await testDatasets(tx);
    const { versionId } = await store(rows);
    const stop = new AbortController();
    stop.abort(new Error("shutting down"));
    await expect(importDataset(ctx, { versionId }, stop.signal)).rejects.toThrow();
    expect(await runImport(versionId)).toEqual({ outcome: "ready" });
  }));

test("a full disk is said on the version, nothing half is stored, and a later attempt succeeds", () =>
  inTx(async (tx) => {
    const { ctx, storage, store, runImport } = await testDatasets(tx);
    const { versionId } = await store(rows);
    const full: typeof storage.put = async (source) => {
      for await (const _ of Readable.from(source)) break;
      throw Object.assign(new Error("write"), { code: "ENOSPC" });
    };
    const broken = importDataset(
      { ...ctx, storage: { ...storage, put: full } },
      { versionId },
      new AbortController().signal,
    );
    await expect(broken).rejects.toThrow(DomainError);
    const waiting = await showDataset(ctx, { ref: versionId });
    expect(waiting.version).toMatchObject({ status: "importing", trainRows: null });
    expect(waiting.version.waitingFor).toContain("disk of the data folder is full");
    expect(await runImport(versionId)).toEqual({ outcome: "ready" });
    expect((await showDataset(ctx, { ref: versionId })).version.waitingFor).toBeNull();
  }));

test("a file that ends every worker is refused after five attempts", () =>
  inTx(async (tx) => {
    const { ctx, store, runImport } = await testDatasets(tx);
    const { versionId } = await store(rows);
    await tx.update(datasetVersions).set({ leaseAttempt: 5 }).where(eq(datasetVersions.id, versionId));
    expect(await runImport(versionId)).toEqual({ outcome: "refused" });
    expect((await showDataset(ctx, { ref: versionId })).version.refusal?.code).toBe("import_failed");
  }));

test("attempts that the file is not to blame for are forgiven, and a new mapping begins to count anew", () =>
  inTx(async (tx) => {
    const { ctx, store, runImport } = await testDatasets(tx);
    const { versionId } = await store('{"q": "a", "a": "b"}\n'.repeat(20));
    const stop = new AbortController();
    stop.abort(new Error("shutting down"));
    for (let i = 0; i < 6; i++) await expect(importDataset(ctx, { versionId }, stop.signal)).rejects.toThrow();
    expect(await runImport(versionId)).toEqual({ outcome: "needs_review" });
    const mapping = { prompt: "q", completion: "a" };
    await decideDataset(ctx, { versionId, decision: { do: "map", mapping } });
    const [row] = await tx.select().from(datasetVersions).where(eq(datasetVersions.id, versionId));
    expect(row).toMatchObject({ leaseAttempt: 7, forgivenAttempts: 7, leaseHolder: null, heartbeatAt: null });
    expect(await runImport(versionId)).toEqual({ outcome: "ready" });
  }));

test("an eval set keeps every row for validation", () =>
  inTx(async (tx) => {
    const { ctx, add } = await testDatasets(tx);
    const { versionId } = await add(rows, { validationShareBp: 10_000 });
    expect((await showDataset(ctx, { ref: versionId })).version).toMatchObject({ trainRows: 0, validationRows: 50 });
  }));
