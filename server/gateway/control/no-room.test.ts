import { Readable } from "node:stream";
import { toFile } from "openai";
import { expect, test } from "vitest";
import { runs } from "#db/schema/runs.ts";
import { files, fileUploads } from "#db/schema/storage.ts";
import { inDatabase } from "#db/testing.ts";
import { createFile } from "#server/datasets/files/create.ts";
import { importDataset } from "#server/datasets/import.ts";
import { addKey, clientOf, startGateway } from "#server/gateway/gateway.fixture.ts";
import { testDataFolder } from "#server/jobs/jobs-process.fixture.ts";
import { testJobs } from "#server/jobs/testing.ts";
import { storeArtifact } from "#server/models/artifacts/store.ts";
import { testBase } from "#server/runs/testing.ts";
import { fileStorage } from "#server/storage.ts";

const rows = Array.from({ length: 20 }, (_, i) => `{"prompt":"question ${i}","completion":"answer ${i}"}\n`).join("");
const noRoom = { FORGE_KEEP_FREE_MIB: String(2 ** 40) };

test("on a full disk files, uploads and fine-tuning jobs are refused as 507 with what is needed and what is free", () =>
  inDatabase(async ({ db, url }) => {
    const data = await testDataFolder();
    const { ctx } = await testJobs(db);
    const roomy = { ...ctx, storage: fileStorage(data) };
    const sent = { filename: "faq.jsonl", purpose: "fine-tune" as const, stream: Readable.from([Buffer.from(rows)]) };
    const file = await createFile(roomy, sent);
    await importDataset(roomy, { versionId: file.datasetVersionId ?? "" }, new AbortController().signal);
    const weights = await storeArtifact(ctx, { kind: "base_weights", files: [] });
    const base = await testBase(ctx, { weightsArtifactId: weights.id, parameters: 7e9 });
    const { key } = await addKey(db, ctx.projectId, ["datasets:read", "datasets:write", "runs:write"]);
    const gateway = await startGateway(url, data, noRoom);
    const client = clientOf(gateway, key);

    const content = await toFile(Buffer.from(rows), "faq.jsonl");
    const upload = { bytes: rows.length, filename: "faq.jsonl", mime_type: "application/jsonl" };
    const calls: [() => Promise<unknown>, RegExp][] = [
      [() => client.fineTuning.jobs.create({ model: base.name, training_file: file.id }), /this training needs .* GiB/],
      [() => client.files.create({ file: content, purpose: "fine-tune" }), /this file needs .*B/],
      [() => client.uploads.create({ ...upload, purpose: "fine-tune" }), /this upload needs .*KiB/],
    ];
    for (const [call, needs] of calls) {
      const message = expect.stringMatching(new RegExp(`${needs.source}, the disk of the data folder has .* free`));
      const error = { code: "disk_full", type: "server_error", message };
      await expect(call()).rejects.toMatchObject({ status: 507, error });
    }
    expect(await Promise.all([runs, files, fileUploads].map((table) => db.$count(table)))).toEqual([0, 1, 0]);
    expect(await gateway.kill("SIGTERM")).toBe(0);
  }));
