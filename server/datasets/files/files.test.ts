import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { inTx } from "#db/testing.ts";
import { readFileContent } from "#server/datasets/files/content.ts";
import { createFile } from "#server/datasets/files/create.ts";
import { deleteFile } from "#server/datasets/files/delete.ts";
import { findFile } from "#server/datasets/files/find.ts";
import { listFiles } from "#server/datasets/files/list.ts";
import { addFilePart } from "#server/datasets/files/uploads/add-part.ts";
import { completeFileUpload } from "#server/datasets/files/uploads/complete.ts";
import { createFileUpload } from "#server/datasets/files/uploads/create.ts";
import { showDataset } from "#server/datasets/show.ts";
import { chatLine, testDatasets } from "#server/datasets/testing.ts";

async function* streamOf(...parts: string[]) {
  for (const part of parts) yield Buffer.from(part);
}

const rows = chatLine("a", "b") + chatLine("c", "d");

test("a fine-tune file becomes a dataset version named after it, and its status follows the import", () =>
  inTx(async (tx) => {
    const { ctx, runImport } = await testDatasets(tx);
    const file = await createFile(ctx, { filename: "faq.jsonl", purpose: "fine-tune", stream: streamOf(rows) });
    expect(file).toMatchObject({ filename: "faq.jsonl", bytes: rows.length, status: "uploaded" });
    expect(file.id).toMatch(/^file-/);
    await runImport(file.datasetVersionId ?? "");
    expect(await findFile(ctx, file.id)).toMatchObject({ status: "processed", datasetStatus: "ready" });
    expect((await showDataset(ctx, { ref: "faq/1" })).version.id).toBe(file.datasetVersionId);
    const content = await readFileContent(ctx, file.id);
    expect(await text(content.stream)).toBe(rows);
  }));

test("a file that needs a person says so in words", () =>
  inTx(async (tx) => {
    const { ctx, runImport } = await testDatasets(tx);
    const stream = streamOf('{"question": "a", "answer": "b"}\n');
    const file = await createFile(ctx, { filename: "gsm.jsonl", purpose: "fine-tune", stream });
    await runImport(file.datasetVersionId ?? "");
    expect(await findFile(ctx, file.id)).toMatchObject({
      status: "error",
      statusDetails: expect.stringContaining("map them"),
    });
  }));

test("a file that is refused for its rows names the first of them", () =>
  inTx(async (tx) => {
    const { ctx, runImport } = await testDatasets(tx);
    const content = `${rows}{"prompt": "no answer"}\n`;
    const made = { filename: "faq.jsonl", purpose: "fine-tune" as const, onBadRows: "refuse" as const };
    const file = await createFile(ctx, { ...made, stream: streamOf(content) });
    await runImport(file.datasetVersionId ?? "");
    const { status, statusDetails } = await findFile(ctx, file.id);
    const lines = content.trim().split("\n").length;
    expect([status, statusDetails]).toEqual([
      "error",
      expect.stringMatching(new RegExp(`^Line ${lines}\\b.*1 of ${lines} rows`)),
    ]);
  }));

test("deleting a file keeps its dataset version", () =>
  inTx(async (tx) => {
    const { ctx } = await testDatasets(tx);
    const file = await createFile(ctx, { filename: "faq.jsonl", purpose: "fine-tune", stream: streamOf(rows) });
    await deleteFile(ctx, file.id);
    await expect(findFile(ctx, file.id)).rejects.toThrow("there is no file");
    await expect(deleteFile(ctx, file.id)).rejects.toThrow("there is no file");
    expect((await showDataset(ctx, { ref: "faq" })).version.id).toBe(file.datasetVersionId);
  }));

test("an upload whose stored part is gone is refused in those words, and the process lives on", () =>
  inTx(async (tx) => {
    const { ctx } = await testDatasets(tx);
    const bytes = rows.length;
    const { id: uploadId } = await createFileUpload(ctx, { filename: "faq.jsonl", purpose: "fine-tune", bytes });
    const blob = await ctx.storage.put(streamOf(rows));
    const part = await addFilePart(ctx, { uploadId, blob });
    await rm(ctx.storage.pathOf(blob.sha256));
    await expect(completeFileUpload(ctx, uploadId, { part_ids: [part.id] })).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("the bytes of a part are gone"),
    });
  }));

test("files are paged and belong to their project", () =>
  inTx(async (tx) => {
    const { ctx } = await testDatasets(tx);
    for (const name of ["a", "b", "c"]) {
      await createFile(ctx, { filename: `${name}.jsonl`, purpose: "batch", stream: streamOf(rows) });
    }
    const first = await listFiles(ctx, { limit: 2 });
    expect([first.items.map((file) => file.filename), first.hasMore]).toEqual([["c.jsonl", "b.jsonl"], true]);
    const rest = await listFiles(ctx, { limit: 2, after: first.items[1]?.id });
    expect([rest.items.map((file) => file.filename), rest.hasMore]).toEqual([["a.jsonl"], false]);
    expect((await listFiles(ctx, { limit: 5, order: "asc" })).items[0]?.filename).toBe("a.jsonl");
    expect((await listFiles(ctx, { limit: 5, purpose: "fine-tune" })).items).toEqual([]);
    const stranger = await testDatasets(tx);
    expect((await listFiles(stranger.ctx, { limit: 5 })).items).toEqual([]);
    await expect(findFile(stranger.ctx, first.items[0]?.id ?? "")).rejects.toThrow("there is no file");
  }));

test("a stream that breaks or is empty leaves no row and no half file", () =>
  inTx(async (tx) => {
    const { ctx, storage } = await testDatasets(tx);
    async function* broken() {
      yield Buffer.from("half");
      throw new Error("connection lost");
    }
    const lost = createFile(ctx, { filename: "a.jsonl", purpose: "batch", stream: broken() });
    await expect(lost).rejects.toThrow("connection lost");
    const empty = createFile(ctx, { filename: "a.jsonl", purpose: "batch", stream: streamOf() });
    await expect(empty).rejects.toThrow("the file is empty");
    expect((await listFiles(ctx, { limit: 5 })).items).toEqual([]);
    expect(await readdir(join(storage.root, "tmp"))).toEqual([]);
  }));
