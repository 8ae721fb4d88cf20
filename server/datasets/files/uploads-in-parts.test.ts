import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import type { Tx } from "#db/client.ts";
import { newId } from "#db/ids.ts";
import { fileParts, files, fileUploads } from "#db/schema/storage.ts";
import { inTx } from "#db/testing.ts";
import { readFileContent } from "#server/datasets/files/content.ts";
import { createFile } from "#server/datasets/files/create.ts";
import { deleteFile } from "#server/datasets/files/delete.ts";
import { listFiles } from "#server/datasets/files/list.ts";
import { addFilePart } from "#server/datasets/files/uploads/add-part.ts";
import { cancelFileUpload } from "#server/datasets/files/uploads/cancel.ts";
import { completeFileUpload } from "#server/datasets/files/uploads/complete.ts";
import { createFileUpload } from "#server/datasets/files/uploads/create.ts";
import { findFileUpload, partBytesAtMost } from "#server/datasets/files/uploads/find.ts";
import { chatLine, testDatasets } from "#server/datasets/testing.ts";
import { sweepUploads } from "#server/datasets/uploads/sweep.ts";

const content = chatLine("a", "b") + chatLine("c", "d");

/** An upload of `content` and a way to send a part of it. */
async function begun(tx: Tx) {
  const datasets = await testDatasets(tx);
  const { ctx } = datasets;
  const made = { filename: "faq.jsonl", purpose: "fine-tune" as const, bytes: content.length };
  const { id } = await createFileUpload(ctx, made);
  const send = async (part: string) => {
    const blob = await ctx.storage.put(Readable.from([Buffer.from(part)]));
    return (await addFilePart(ctx, { uploadId: id, blob })).id;
  };
  const complete = (ids: string[], md5?: string) => completeFileUpload(ctx, id, { part_ids: ids, md5 });
  return { ...datasets, id, send, complete };
}

test("parts become a file in the order that is said at the end, not in which they came", () =>
  inTx(async (tx) => {
    const { ctx, send, complete, enqueued } = await begun(tx);
    const tail = await send(content.slice(20));
    await send("a part that is not wanted in the end");
    const head = await send(content.slice(0, 20));
    const md5 = createHash("md5").update(content).digest("hex").toUpperCase();
    const done = await complete([head, tail], md5);
    expect(done).toMatchObject({ status: "completed", file: { filename: "faq.jsonl", bytes: content.length } });
    expect(await text((await readFileContent(ctx, done.file?.id ?? "")).stream)).toBe(content);
    expect(enqueued.map((job) => job.name)).toContain("datasets.import");
    expect((await complete([tail])).file?.id).toBe(done.file?.id); // asked again, whatever is said
    expect(await tx.$count(files)).toBe(1);
  }));

test("parts of another upload, named twice, of another size or another MD5 make no file, and the upload goes on", () =>
  inTx(async (tx) => {
    const { send, complete } = await begun(tx);
    const other = await begun(tx);
    const [half, rest, theirs] = [
      await send(content.slice(0, 20)),
      await send(content.slice(20)),
      await other.send("x"),
    ];
    const refusals = [
      [[half, theirs], undefined, "part_ids", /is no part of/],
      [[half, half], undefined, "part_ids", /named twice/],
      [[half], undefined, "part_ids", new RegExp(`hold 20 bytes, the upload was created for ${content.length}`)],
      [[half, rest], "0".repeat(32), "md5", /the file's MD5 is/],
      [[rest, half], createHash("md5").update(content).digest("hex"), "md5", /the file's MD5 is/],
    ] as const;
    for (const [ids, md5, field, message] of refusals)
      await expect(complete([...ids], md5)).rejects.toMatchObject({
        code: "INVALID",
        field,
        message: expect.stringMatching(message),
      });
    expect(await tx.$count(files)).toBe(0);
    expect(await complete([half, rest])).toMatchObject({ status: "completed" });
  }));

test("a cancelled upload has no parts, takes none and becomes nothing; cancelled again it stays that", () =>
  inTx(async (tx) => {
    const { ctx, id, send, complete } = await begun(tx);
    const part = await send(content);
    expect(await cancelFileUpload(ctx, id)).toMatchObject({ status: "cancelled" });
    expect(await tx.$count(fileParts)).toBe(0);
    expect(await cancelFileUpload(ctx, id)).toMatchObject({ status: "cancelled" });
    const over = { code: "CONFLICT", field: "upload_id", message: `the upload ${id} is cancelled: create another` };
    await expect(complete([part])).rejects.toMatchObject(over);
    await expect(send(content)).rejects.toMatchObject(over);
  }));

test("a completed upload is not cancelled, and stays readable when its file was deleted", () =>
  inTx(async (tx) => {
    const { ctx, id, send, complete } = await begun(tx);
    const done = await complete([await send(content)]);
    await expect(cancelFileUpload(ctx, id)).rejects.toMatchObject({ code: "CONFLICT" });
    await deleteFile(ctx, done.file?.id ?? "");
    expect(await findFileUpload(ctx, id)).toMatchObject({ status: "completed", file: null });
  }));

test("an upload past its time is expired before and after the sweep, which lets go of its parts and later of it", () =>
  inTx(async (tx) => {
    const { ctx, id, send, complete } = await begun(tx);
    const part = await send(content);
    const expire = (days: number) =>
      tx
        .update(fileUploads)
        .set({ expiresAt: sql`now() - make_interval(days => ${days}::int)` })
        .where(eq(fileUploads.id, id));
    await expire(0);
    expect(await findFileUpload(ctx, id)).toMatchObject({ status: "expired", file: null });
    await expect(complete([part])).rejects.toMatchObject({ code: "CONFLICT" });
    await sweepUploads(ctx);
    expect([await findFileUpload(ctx, id), await tx.$count(fileParts)]).toMatchObject([{ status: "expired" }, 0]);
    await expire(31);
    await sweepUploads(ctx);
    await expect(findFileUpload(ctx, id)).rejects.toMatchObject({ code: "NOT_FOUND", field: "upload_id" });
  }));

test("parts may hold twice the file and one part more, an empty one is none", () =>
  inTx(async (tx) => {
    const { ctx, id, send } = await begun(tx);
    await expect(send("")).rejects.toMatchObject({ code: "INVALID", field: "data" });
    const room = 2 * content.length + partBytesAtMost;
    const add = (bytes: number) =>
      addFilePart(ctx, { uploadId: id, blob: { sha256: String(bytes).padStart(64, "0"), bytes } });
    await expect(add(room + 1)).rejects.toMatchObject({ code: "TOO_LARGE", field: "data" });
    await add(room - 1);
    await add(1);
    await expect(add(1)).rejects.toMatchObject({ code: "TOO_LARGE" });
  }));

test("another project's upload is not there for any verb", () =>
  inTx(async (tx) => {
    const { id, send } = await begun(tx);
    const part = await send(content);
    const { ctx, storage } = await testDatasets(tx);
    const blob = await storage.put(Readable.from([Buffer.from("x")]));
    for (const act of [
      () => findFileUpload(ctx, id),
      () => addFilePart(ctx, { uploadId: id, blob }),
      () => cancelFileUpload(ctx, id),
      () => completeFileUpload(ctx, id, { part_ids: [part] }),
      () => findFileUpload(ctx, newId("fileUpload")),
    ])
      await expect(act()).rejects.toMatchObject({ code: "NOT_FOUND" });
  }));

test("a list of files goes on only after a file that is there, and ends where there are no more", () =>
  inTx(async (tx) => {
    const { ctx } = await testDatasets(tx);
    const made = [];
    for (const name of ["a", "b", "c"]) {
      const stream = Readable.from([Buffer.from(content)]);
      made.push(
        await createFile(ctx, { filename: `${name}.jsonl`, purpose: name === "b" ? "evals" : "batch", stream }),
      );
    }
    const [a, b, c] = made.map((file) => file.id);
    expect(await listFiles(ctx, { limit: 3, after: a })).toEqual({ items: [], hasMore: false });
    expect((await listFiles(ctx, { limit: 1, after: a, order: "asc" })).items[0]?.id).toBe(b);
    expect((await listFiles(ctx, { limit: 3, purpose: "batch" })).items.map((file) => file.id)).toEqual([c, a]);
    await deleteFile(ctx, b ?? "");
    expect((await listFiles(ctx, { limit: 3 })).items.map((file) => file.id)).toEqual([c, a]);
    const stranger = (await testDatasets(tx)).ctx;
    for (const after of [b ?? "", newId("file")])
      await expect(listFiles(ctx, { limit: 1, after })).rejects.toMatchObject({ code: "NOT_FOUND", field: "after" });
    await expect(listFiles(stranger, { limit: 1, after: a })).rejects.toMatchObject({ code: "NOT_FOUND" });
  }));
