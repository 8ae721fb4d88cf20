import { existsSync } from "node:fs";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Tx } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { auditLog } from "#db/schema/audit.ts";
import { datasets, datasetVersions, examplePages } from "#db/schema/datasets.ts";
import { suites } from "#db/schema/evals.ts";
import { artifacts, modelVersions } from "#db/schema/models.ts";
import { files } from "#db/schema/storage.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import type { Ctx } from "#server/context.ts";
import { datasetDeleteAffects, deleteDataset } from "#server/datasets/delete.ts";
import { datasetVersionDeleteAffects, deleteDatasetVersion } from "#server/datasets/delete-version.ts";
import { createFileOn } from "#server/datasets/files/create.ts";
import { deleteFile } from "#server/datasets/files/delete.ts";
import { findFile } from "#server/datasets/files/find.ts";
import { listDatasets } from "#server/datasets/list.ts";
import { showDataset } from "#server/datasets/show.ts";
import { chatLine, testDatasets } from "#server/datasets/testing.ts";
import { resumeRun } from "#server/runs/resume.ts";
import { showRun } from "#server/runs/show.ts";
import { startRun } from "#server/runs/start.ts";
import { testBase, testDataset, testRun } from "#server/runs/testing.ts";
import { testProject, testStorage } from "#server/testing.ts";

const rows = (n: number, word = "yes") => Array.from({ length: n }, (_, i) => chatLine(`${word} ${i}?`, word)).join("");

const auditOf = (tx: Tx, targetId: string) => tx.select().from(auditLog).where(eq(auditLog.targetId, targetId));

async function addSuite(ctx: Ctx, datasetVersionId: string) {
  const id = newId("suite");
  const graders = [{ name: "exact", kind: "exact_match" as const }];
  const sizes = { maxCases: 10, maxTokens: 8, cases: 10 };
  await ctx.db.insert(suites).values({
    id,
    name: "held out",
    datasetVersionId,
    split: "validation",
    graders,
    ...sizes,
    projectId: ctx.projectId,
    createdBy: ctx.actor,
  });
  return id;
}

test("a dataset that nothing was made of leaves no row, its name begins anew and the audit log names it", () =>
  inTx(async (tx) => {
    const { ctx, store, runImport, add } = await testDatasets(tx);
    const { datasetId, versionId } = await add(rows(20), { name: "tickets" });
    const second = await store(rows(3), { name: "tickets" });
    const affects = await datasetDeleteAffects(ctx, { dataset: "tickets" });
    expect(affects).toMatchObject({ id: datasetId, name: "tickets", dear: true, blockers: [] });
    expect(affects.effects).toEqual([
      "2 versions (tickets/1, tickets/2) are deleted with the rows and the files",
      "The name tickets is free again",
    ]);
    expect(affects.bytes).toBeGreaterThan(rows(20).length);
    await deleteDataset(ctx, { dataset: "tickets" });
    expect(await tx.select().from(datasets)).toEqual([]);
    expect(await tx.select().from(datasetVersions)).toEqual([]);
    expect(await tx.select().from(examplePages)).toEqual([]);
    const [row] = await auditOf(tx, datasetId);
    expect(row).toMatchObject({ action: "datasets.delete", outcome: "done", detail: { name: "tickets", versions: 2 } });
    await expect(showDataset(ctx, { ref: datasetId })).rejects.toMatchObject({
      code: "NOT_FOUND",
      reason: "deleted",
      message: expect.stringMatching(/^the dataset tickets was deleted on .* by Ada$/),
    });
    // the import that was under way has nothing left to do and says nothing
    expect(await runImport(second.versionId)).toEqual({ outcome: "skipped" });
    expect(await runImport(versionId)).toEqual({ outcome: "skipped" });
    expect(await add(rows(4), { name: "tickets" })).toMatchObject({ version: 1 });
  }));

test("a run's page goes on saying what data it was, when its version is deleted", () =>
  inTx(async (tx) => {
    const { ctx, add } = await testDatasets(tx);
    const { versionId } = await add(rows(20), { name: "tickets" });
    await add(rows(5, "no"), { name: "tickets" });
    const { version } = await showDataset(ctx, { ref: versionId });
    const run = await testRun(ctx, { datasetVersionId: versionId, status: "failed", name: "triage-1" });
    const affects = await datasetVersionDeleteAffects(ctx, { ref: "tickets/1" });
    expect(affects).toMatchObject({ id: versionId, name: "tickets/1", blockers: [] });
    expect(affects.effects).toEqual([
      "Its rows and files are deleted; the number 1 is not given again",
      "1 run (triage-1) keeps its results but cannot be resumed; its page says what the data was and that it was deleted",
    ]);
    await deleteDatasetVersion(ctx, { ref: "tickets/1" });
    const { dataset } = await showRun(ctx, { runId: run });
    expect(dataset).toMatchObject({
      name: "tickets",
      version: 1,
      trainRows: version.trainRows,
      sha256: version.sourceSha256,
      deletedAt: expect.any(Date),
    });
    const [tombstone] = await tx.select().from(datasetVersions).where(eq(datasetVersions.id, versionId));
    expect(tombstone).toMatchObject({ trainBlob: null, validationBlob: null, problems: [] });
    expect((await showDataset(ctx, { ref: "tickets" })).versions.map((one) => one.version)).toEqual([2]);
    await expect(showDataset(ctx, { ref: "tickets/1" })).rejects.toMatchObject({ reason: "deleted" });
    await expect(resumeRun(ctx, { runId: run })).rejects.toThrow("the dataset version was deleted");
  }));

test("a number of a version that was ready is not given again, that of one that never was is", () =>
  inTx(async (tx) => {
    const { ctx, store, add } = await testDatasets(tx);
    await add(rows(20), { name: "tickets" });
    await store(rows(3), { name: "tickets" });
    await deleteDatasetVersion(ctx, { ref: "tickets/2" });
    expect(await add(rows(4), { name: "tickets" })).toMatchObject({ version: 2 });
    await deleteDatasetVersion(ctx, { ref: "tickets/2" });
    expect(await add(rows(5), { name: "tickets" })).toMatchObject({ version: 3 });
  }));

test("the only version takes its dataset with it", () =>
  inTx(async (tx) => {
    const { ctx, add } = await testDatasets(tx);
    const { datasetId } = await add(rows(20), { name: "tickets" });
    expect(await datasetVersionDeleteAffects(ctx, { ref: "tickets/1" })).toMatchObject({ name: "tickets" });
    await deleteDatasetVersion(ctx, { ref: "tickets/1" });
    expect((await listDatasets(ctx, {})).total).toBe(0);
    await expect(showDataset(ctx, { ref: datasetId })).rejects.toMatchObject({ reason: "deleted" });
  }));

test("what trains on it or is made from it stands in the way, by name and with the remedy, and the attempt is kept", () =>
  inTx(async (tx) => {
    const { ctx, add } = await testDatasets(tx);
    const { datasetId, versionId } = await add(rows(20), { name: "tickets" });
    await testRun(ctx, { datasetVersionId: versionId, status: "queued", name: "triage-1" });
    await testRun(ctx, { validationVersionId: versionId, status: "paused", name: "triage-2" });
    await addSuite(ctx, versionId);
    const { blockers } = await datasetDeleteAffects(ctx, { dataset: "tickets" });
    expect(blockers).toEqual([
      "2 runs (triage-1, triage-2) train on it: cancel them first",
      "1 suite (held out) is made from it: delete the suite first",
    ]);
    await expect(deleteDataset(ctx, { dataset: "tickets" })).rejects.toMatchObject({
      code: "REFUSED",
      reason: "in_use",
      message: `tickets cannot be deleted: ${blockers.join("; ")}`,
    });
    expect(await auditOf(tx, datasetId)).toMatchObject([{ action: "datasets.delete", outcome: "refused" }]);
    expect((await showDataset(ctx, { ref: "tickets" })).version.status).toBe("ready");
  }));

test("a dataset of another project is not found", () =>
  inTx(async (tx) => {
    const { add } = await testDatasets(tx);
    const { datasetId, versionId } = await add(rows(20));
    const { ctx } = await testProject(tx);
    const found = { code: "NOT_FOUND" };
    await expect(deleteDataset(ctx, { dataset: datasetId })).rejects.toMatchObject(found);
    await expect(datasetDeleteAffects(ctx, { dataset: datasetId })).rejects.toMatchObject(found);
    await expect(deleteDatasetVersion(ctx, { ref: versionId })).rejects.toMatchObject(found);
    await expect(datasetVersionDeleteAffects(ctx, { ref: versionId })).rejects.toMatchObject(found);
  }));

test("a deleted file names no bytes any more, and one whose version was deleted says so", () =>
  inTx(async (tx) => {
    const { ctx, storage, runImport } = await testDatasets(tx);
    async function* content() {
      yield Buffer.from(rows(20));
    }
    const blob = await storage.put(content());
    const file = await createFileOn(ctx, { filename: "rows.jsonl", purpose: "fine-tune", blob });
    const versionId = file.datasetVersionId ?? "";
    await runImport(versionId);
    expect((await datasetVersionDeleteAffects(ctx, { ref: versionId })).effects).toContain(
      "1 file (rows.jsonl) of the API keeps its own copy until it is deleted",
    );
    await deleteDatasetVersion(ctx, { ref: versionId });
    expect(await findFile(ctx, file.id)).toMatchObject({
      status: "error",
      statusDetails: expect.stringContaining("was deleted: upload"),
    });
    await deleteFile(ctx, file.id);
    expect(await tx.select().from(files)).toMatchObject([{ deletedAt: expect.any(Date) }]);
    expect(existsSync(storage.pathOf(blob.sha256))).toBe(true); // the collection's to free
  }));

test("a run that starts while its data is deleted either stands in the way or is refused", () =>
  inDatabase(async ({ db }) => {
    const { ctx } = await db.transaction((tx) => testProject(tx));
    const live: Ctx = { ...ctx, db };
    const storage = await testStorage();
    const { id: base } = await testBase(live);
    const artifact = {
      id: newId("artifact"),
      projectId: ctx.projectId,
      kind: "base_weights",
      digest: "d",
      bytes: 1,
    } as const;
    await db.insert(artifacts).values(artifact);
    await db.update(modelVersions).set({ weightsArtifactId: artifact.id }).where(eq(modelVersions.id, base));
    for (let round = 0; round < 8; round++) {
      const { id } = await testDataset(live);
      const [started, deleted] = await Promise.allSettled([
        startRun({ ...live, storage }, { base, dataset: id }),
        deleteDatasetVersion(live, { ref: id }),
      ]);
      expect([started.status, deleted.status].sort()).toEqual(["fulfilled", "rejected"]);
      if (started.status === "rejected") expect(started.reason).toMatchObject({ code: "NOT_FOUND" });
      if (deleted.status === "rejected") expect(deleted.reason).toMatchObject({ code: "REFUSED" });
    }
  }));
