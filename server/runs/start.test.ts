import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { datasetVersions } from "#db/schema/datasets.ts";
import { runs } from "#db/schema/runs.ts";
import { inDatabase, inTx } from "#db/testing.ts";
import { resplitVersion } from "#server/datasets/resplit-version.ts";
import { storeArtifact } from "#server/models/artifacts/store.ts";
import { startRun } from "#server/runs/start.ts";
import { testBase, testDataset } from "#server/runs/testing.ts";
import { recordBlob } from "#server/storage.ts";
import { testProject, testStorage } from "#server/testing.ts";

test("no two runs of a project share a name, however close together they are started", () =>
  inDatabase(async ({ db }) => {
    const { base, dataset, ctx } = await db.transaction(async (tx) => {
      const { ctx } = await testProject(tx);
      const { id } = await storeArtifact(ctx, { kind: "base_weights", files: [] });
      const base = await testBase(ctx, { weightsArtifactId: id });
      return { base: base.id, dataset: (await testDataset(ctx)).id, ctx: { ...ctx, db, storage: await testStorage() } };
    });
    const begin = (name?: string) => startRun(ctx, { base, dataset, modelName: "triage", name });
    const names = async (...wanted: (string | undefined)[]) =>
      (await Promise.all(wanted.map(begin))).map((run) => run.name).sort();
    expect(await names(undefined, undefined)).toEqual(["triage-sft-1", "triage-sft-2"]);
    expect(await names("nightly", "nightly", "triage-sft-6")).toEqual(["nightly", "nightly-2", "triage-sft-6"]);
    expect(await names(undefined)).toEqual(["triage-sft-7"]);
  }));

test("a run whose checkpoints would fill the disk is refused before it waits in line", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const storage = await testStorage();
    const { id } = await storeArtifact(ctx, { kind: "base_weights", files: [] });
    const base = (await testBase(ctx, { weightsArtifactId: id, parameters: 7e9 })).id;
    const dataset = (await testDataset(ctx)).id;
    const full = { ...storage, room: async () => ({ freeBytes: 2e9, keptBytes: 1e9 }) };
    const begin = (room: typeof storage) => startRun({ ...ctx, storage: room }, { base, dataset });
    await expect(begin({ ...storage, ...full })).rejects.toMatchObject({
      code: "NO_ROOM",
      reason: "disk_full",
      message: expect.stringMatching(/^this training needs .* GiB, the disk of the data folder has 1.9 GiB free/),
    });
    expect(await tx.$count(runs)).toBe(0);
    const roomy = { ...storage, room: async () => ({ freeBytes: 1e12, keptBytes: 1e9 }) };
    expect(await begin(roomy)).toMatchObject({ status: "queued" });
  }));

test("a run validates on another dataset's held-out rows, of the same shape, or is refused with the field", () =>
  inTx(async (tx) => {
    const project = await testProject(tx);
    const ctx = { ...project.ctx, storage: await testStorage() };
    const { id } = await storeArtifact(ctx, { kind: "base_weights", files: [] });
    const base = (await testBase(ctx, { weightsArtifactId: id })).id;
    const dataset = (await testDataset(ctx)).id;
    const blob = "f".repeat(64);
    await recordBlob(ctx, { sha256: blob, bytes: 1 });
    const held = (more: object) => testDataset(ctx, { validationBlob: blob, trainRows: 0, validationRows: 7, ...more });
    const begin = async (validation: { id: string }) =>
      startRun(ctx, { base, dataset, modelName: "triage", validationDataset: validation.id });
    const good = await held({});
    expect(await begin(good)).toMatchObject({ datasetVersionId: dataset, validationVersionId: good.id });
    const refusals = [
      [await held({ shape: "text" }), "both need the same shape"],
      [await held({ validationRows: 0 }), "has no validation rows"],
      [await held({ status: "importing" }), "is still being imported: start again when it is ready"],
    ] as const;
    for (const [validation, why] of refusals)
      await expect(begin(validation)).rejects.toMatchObject({
        field: "validationDataset",
        message: expect.stringContaining(why),
      });
  }));

test("a version is split anew once: the same bytes and share are found again", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { id: versionId, datasetId } = await testDataset(ctx);
    expect(await resplitVersion(ctx, { versionId, validationShareBp: 1_000 })).toMatchObject({ versionId, why: null });
    const made = await resplitVersion(ctx, { versionId, validationShareBp: 0 });
    expect(made).toMatchObject({ status: "uploaded" });
    expect((await resplitVersion(ctx, { versionId, validationShareBp: 0 })).versionId).toBe(made.versionId);
    const versions = await tx.select().from(datasetVersions).where(eq(datasetVersions.datasetId, datasetId));
    expect(versions.map(({ version, validationShareBp }) => [version, validationShareBp]).sort()).toEqual([
      [1, 1_000],
      [2, 0],
    ]);
  }));

test("the same bytes read by another mapping are another version, however they are split", () =>
  inTx(async (tx) => {
    const { ctx } = await testProject(tx);
    const { id: versionId, datasetId } = await testDataset(ctx);
    const [asFound] = await tx.select().from(datasetVersions).where(eq(datasetVersions.id, versionId));
    if (!asFound) throw new Error("the version was not stored");
    const mapping = { prompt: "question", completion: "answer" };
    const mapped = newId("datasetVersion");
    await tx.insert(datasetVersions).values({ ...asFound, id: mapped, version: 2, mapping, validationShareBp: 2_000 });
    const made = await resplitVersion(ctx, { versionId, validationShareBp: 2_000 });
    expect(made).toMatchObject({ version: 3, isNew: true });
    expect(await resplitVersion(ctx, { versionId, validationShareBp: 2_000 })).toMatchObject({ version: 3 });
    const back = await resplitVersion(ctx, { versionId: mapped, validationShareBp: 1_000 });
    const versions = await tx.select().from(datasetVersions).where(eq(datasetVersions.datasetId, datasetId));
    expect(versions.find(({ id }) => id === back.versionId)).toMatchObject({ version: 4, mapping });
  }));
