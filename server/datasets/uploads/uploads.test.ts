import { createHash } from "node:crypto";
import { readdir, readFile, utimes } from "node:fs/promises";
import { join } from "node:path";
import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Tx } from "#db/client.ts";
import { auditLog } from "#db/schema/audit.ts";
import { uploads } from "#db/schema/storage.ts";
import { inTx } from "#db/testing.ts";
import { createDataset } from "#server/datasets/create.ts";
import { testDatasets } from "#server/datasets/testing.ts";
import { abortUpload } from "#server/datasets/uploads/abort.ts";
import { appendUpload } from "#server/datasets/uploads/append.ts";
import { createUpload } from "#server/datasets/uploads/create.ts";
import { findUpload } from "#server/datasets/uploads/find.ts";
import { finishUpload } from "#server/datasets/uploads/finish.ts";
import { listUploads } from "#server/datasets/uploads/list.ts";
import { sweepUploads } from "#server/datasets/uploads/sweep.ts";

const content = '{"text": "one"}\n{"text": "two"}\n';
const sha256 = createHash("sha256").update(content).digest("hex");

async function* bytes(...parts: string[]) {
  for (const part of parts) yield Buffer.from(part);
}

/** Bytes whose end waits until it is let go. */
function heldStream(text: string) {
  const began = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  async function* stream() {
    yield Buffer.from(text.slice(0, 3));
    began.resolve();
    await held.promise;
    yield Buffer.from(text.slice(3));
  }
  return { stream: stream(), reading: began.promise, release: () => held.resolve() };
}

/** A begun upload of `content` and a way to send a slice of it. */
async function begun(tx: Tx) {
  const datasets = await testDatasets(tx);
  const { ctx } = datasets;
  const { id } = await createUpload(ctx, { filename: "stories.jsonl", bytes: content.length });
  const send = (offset: number, text: string, sum?: string) =>
    appendUpload(ctx, { uploadId: id, offset, stream: bytes(text), sha256: sum });
  const partFiles = async () => await readdir(join(datasets.storage.root, "tmp"));
  return { ...datasets, id, send, partFiles };
}

test("parts sent one after another become a blob, and the blob a dataset version", () =>
  inTx(async (tx) => {
    const { ctx, id, send, storage, runImport, partFiles } = await begun(tx);
    expect(await send(0, content.slice(0, 10))).toEqual({ offset: 10 });
    expect(await send(10, content.slice(10))).toEqual({ offset: content.length });
    const finished = await finishUpload(ctx, id, { bytes: content.length, sha256 });
    expect(finished).toEqual({ id, filename: "stories.jsonl", bytes: content.length, sha256 });
    expect(await readFile(storage.pathOf(sha256), "utf8")).toBe(content);
    expect(await partFiles()).toEqual([]);
    expect(await finishUpload(ctx, id, { bytes: content.length })).toEqual(finished);
    const created = await createDataset(ctx, { uploadId: id });
    expect(created).toMatchObject({ name: "stories", version: 1 });
    expect(await runImport(created.versionId)).toEqual({ outcome: "ready" });
  }));

test("a part at the wrong place is refused with the right one", () =>
  inTx(async (tx) => {
    const { send } = await begun(tx);
    await send(0, content.slice(0, 10));
    await expect(send(0, content.slice(0, 10))).rejects.toThrow("the upload stands at byte 10: go on there");
    await expect(send(20, content.slice(20))).rejects.toThrow("stands at byte 10");
    expect(await send(10, content.slice(10))).toEqual({ offset: content.length });
  }));

test("a connection lost in the middle of a part costs that part only", () =>
  inTx(async (tx) => {
    const { ctx, id, send } = await begun(tx);
    await send(0, content.slice(0, 10));
    async function* broken() {
      yield Buffer.from(content.slice(10, 15));
      throw new Error("connection lost");
    }
    await expect(appendUpload(ctx, { uploadId: id, offset: 10, stream: broken() })).rejects.toThrow("connection lost");
    expect((await findUpload(ctx, id)).bytesReceived).toBe(10);
    await send(10, content.slice(10));
    expect(await finishUpload(ctx, id, { bytes: content.length, sha256 })).toMatchObject({ sha256 });
  }));

test("a disk that fills up during a part says so, counts nothing, and the upload goes on when there is room again", () =>
  inTx(async (tx) => {
    const { ctx, id, send } = await begun(tx);
    await send(0, content.slice(0, 10));
    async function* full() {
      yield Buffer.from(content.slice(10, 15));
      throw Object.assign(new Error("write failed"), { code: "ENOSPC" });
    }
    const sent = appendUpload(ctx, { uploadId: id, offset: 10, stream: full() });
    await expect(sent).rejects.toMatchObject({ code: "NO_ROOM", message: expect.stringContaining("free space") });
    expect((await findUpload(ctx, id)).bytesReceived).toBe(10);
    await send(10, content.slice(10));
    expect(await finishUpload(ctx, id, { bytes: content.length, sha256 })).toMatchObject({ sha256 });
  }));

test("a slow writer changes neither what another has sent in its place nor the blob that was made of it", () =>
  inTx(async (tx) => {
    const { ctx, id, send, storage, partFiles } = await begun(tx);
    const slow = heldStream("POISON");
    const late = appendUpload(ctx, { uploadId: id, offset: 0, stream: slow.stream });
    await slow.reading;
    expect(await send(0, content)).toEqual({ offset: content.length });
    expect(await finishUpload(ctx, id, { bytes: content.length })).toMatchObject({ sha256 });
    slow.release();
    await expect(late).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await readFile(storage.pathOf(sha256), "utf8")).toBe(content);
    expect(await partFiles()).toEqual([]);
  }));

test("two parts for one place at the same time: one counts, the other is told where to go on", () =>
  inTx(async (tx) => {
    const { ctx, id, send, storage } = await begun(tx);
    const slow = heldStream(content.slice(0, 10).toUpperCase());
    const late = appendUpload(ctx, { uploadId: id, offset: 0, stream: slow.stream });
    await slow.reading;
    await send(0, content.slice(0, 10));
    slow.release();
    await expect(late).rejects.toThrow("the upload stands at byte 10: go on there");
    await send(10, content.slice(10));
    await finishUpload(ctx, id, { bytes: content.length });
    expect(await readFile(storage.pathOf(sha256), "utf8")).toBe(content);
  }));

test("a file whose sha256 differs frees its bytes at once: parts, whole and all", () =>
  inTx(async (tx) => {
    const { ctx, id, send, storage, partFiles } = await begun(tx);
    await send(0, content);
    const wrong = finishUpload(ctx, id, { bytes: content.length, sha256: "0".repeat(64) });
    await expect(wrong).rejects.toMatchObject({ code: "CONFLICT", message: expect.stringContaining("is deleted") });
    expect(await storage.has(sha256)).toBe(false);
    expect(await partFiles()).toEqual([]);
    expect(await readdir(await storage.tmp())).toEqual([]);
    await expect(findUpload(ctx, id)).rejects.toMatchObject({ code: "NOT_FOUND" });
  }));

test("a file larger than the free disk is refused before a byte is sent", () =>
  inTx(async (tx) => {
    const { ctx } = await testDatasets(tx);
    const huge = createUpload(ctx, { filename: "huge.jsonl", bytes: Number.MAX_SAFE_INTEGER });
    await expect(huge).rejects.toMatchObject({ code: "NO_ROOM", reason: "disk_full" });
  }));

test("a damaged part, too long a part and a file that is not all there are refused, and the upload goes on", () =>
  inTx(async (tx) => {
    const { ctx, id, send } = await begun(tx);
    await expect(send(0, content, "0".repeat(64))).rejects.toThrow("damaged on its way: send it again");
    await expect(send(0, `${content}more`)).rejects.toThrow("more bytes came than were announced");
    await expect(finishUpload(ctx, id, { bytes: content.length })).rejects.toThrow("0 of 32 bytes have arrived");
    await send(0, content, sha256);
    expect(await finishUpload(ctx, id, { bytes: content.length, sha256 })).toMatchObject({ sha256 });
  }));

test("a cancelled upload and its bytes are gone, and the audit log says who began and who cancelled it", () =>
  inTx(async (tx) => {
    const { ctx, id, send, partFiles } = await begun(tx);
    await send(0, content.slice(0, 10));
    await abortUpload(ctx, id);
    expect(await partFiles()).toEqual([]);
    const audit = await tx.select().from(auditLog).where(eq(auditLog.targetId, id)).orderBy(auditLog.id);
    expect(audit.map((row) => [row.action, row.actor, row.projectId])).toEqual([
      ["uploads.create", ctx.actor, ctx.projectId],
      ["uploads.abort", ctx.actor, ctx.projectId],
    ]);
    await expect(send(10, content.slice(10))).rejects.toThrow("it expired or was cancelled");
    await expect(abortUpload(ctx, id)).rejects.toThrow("there is no open upload");
  }));

test("an upload can be found again by the one who began it, says whether it broke off, and is nobody else's", () =>
  inTx(async (tx) => {
    const { ctx, id, send, storage } = await begun(tx);
    await send(0, content.slice(0, 10));
    const found = { id, filename: "stories.jsonl", offset: 10, bytes: content.length };
    expect(await listUploads(ctx)).toMatchObject([{ ...found, brokeOff: false }]);
    const folder = join(storage.root, "tmp", `${id}.upload`);
    for (const name of await readdir(folder)) await utimes(join(folder, name), 0, 0);
    await utimes(folder, 0, 0);
    expect(await listUploads(ctx)).toMatchObject([{ ...found, brokeOff: true }]);
    const stranger = await testDatasets(tx);
    expect(await listUploads(stranger.ctx)).toEqual([]);
    await expect(findUpload(stranger.ctx, id)).rejects.toThrow("there is no upload");
    await expect(createDataset(stranger.ctx, { uploadId: id })).rejects.toThrow("there is no upload");
    await expect(createDataset(ctx, { uploadId: id })).rejects.toThrow("is open; finish it first");
  }));

test("expired uploads are swept with their bytes", () =>
  inTx(async (tx) => {
    const { ctx, id, send, partFiles } = await begun(tx);
    await send(0, content.slice(0, 10));
    expect(await sweepUploads(ctx)).toEqual({ expired: 0, forgotten: 0 });
    await tx.update(uploads).set({ expiresAt: sql`now() - interval '1 second'` }).where(eq(uploads.id, id));
    await expect(send(10, content.slice(10))).rejects.toThrow("expired");
    expect(await sweepUploads(ctx)).toMatchObject({ expired: 1 });
    expect(await partFiles()).toEqual([]);
  }));

test("a finished upload is forgotten once a dataset was made of it, or when its days are over", () =>
  inTx(async (tx) => {
    const { ctx, id, send } = await begun(tx);
    await send(0, content);
    await finishUpload(ctx, id, { bytes: content.length });
    await createDataset(ctx, { uploadId: id });
    expect(await createDataset(ctx, { uploadId: id })).toMatchObject({ version: 2 });
    expect(await sweepUploads(ctx)).toMatchObject({ forgotten: 0 });
    const [used] = await tx.select().from(uploads).where(eq(uploads.id, id));
    expect((used?.expiresAt.getTime() ?? 0) - Date.now()).toBeLessThan(3_700_000);
    await tx.update(uploads).set({ expiresAt: sql`now() - interval '1 second'` }).where(eq(uploads.id, id));
    expect(await sweepUploads(ctx)).toMatchObject({ forgotten: 1 });
    expect(await tx.select().from(uploads).where(eq(uploads.id, id))).toEqual([]);
  }));
