import { createReadStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { and, asc, eq } from "drizzle-orm";
import { uploadParts, uploads } from "#db/schema/storage.ts";
import type { Blob } from "#server/blob-files.ts";
import { type Ctx, transact } from "#server/context.ts";
import type { FinishUpload } from "#server/datasets/input.ts";
import { abortUpload } from "#server/datasets/uploads/abort.ts";
import { findUpload } from "#server/datasets/uploads/find.ts";
import { uploadFolder } from "#server/datasets/uploads/path.ts";
import { DomainError } from "#server/errors.ts";
import { recordBlob, type Storage } from "#server/storage.ts";

/**
 * All parts are there: put them together as a blob, hashed while it is written, and check the length and, when given,
 * the sha256. `{id, filename, bytes, sha256}`; safe to call again. Throws CONFLICT when bytes are missing, or
 * when the sha256 differs: then the upload is ended and its bytes are deleted. NO_ROOM when the disk is full.
 */
export async function finishUpload(ctx: Ctx & { storage: Storage }, uploadId: string, input: FinishUpload) {
  const upload = await findUpload(ctx, uploadId);
  const { id, filename, bytesExpected: bytes } = upload;
  if (upload.status === "finished" && upload.blobSha256) return { id, filename, bytes, sha256: upload.blobSha256 };
  if (input.bytes !== bytes || upload.bytesReceived !== bytes) {
    const message = `${upload.bytesReceived} of ${bytes} bytes have arrived: go on at byte ${upload.bytesReceived}`;
    throw new DomainError("CONFLICT", message, { reason: "offset" });
  }
  const damaged = new DomainError(
    "CONFLICT",
    "the file was damaged on its way (its sha256 differs), and what arrived is deleted: upload it again",
    { reason: "sha256" },
  );
  const accept = ({ sha256 }: Blob) => {
    if (input.sha256 && input.sha256 !== sha256) throw damaged;
  };
  const blob = await joinParts(ctx, id, accept).catch(async (error: unknown) => {
    if (error === damaged) await abortUpload(ctx, id); // no part of it can be told to be the right one
    throw error;
  });
  if (!blob || blob.bytes !== bytes) {
    const now = await findUpload(ctx, id);
    // a tie with another finish of the same upload, or a cleared temporary folder
    if (now.blobSha256) return { id, filename, bytes, sha256: now.blobSha256 };
    throw new DomainError("CONFLICT", "the upload's bytes are gone: upload it again");
  }
  const { sha256 } = blob;
  await transact(ctx, async (ctx) => {
    await recordBlob(ctx, blob);
    const finished = await ctx.db
      .update(uploads)
      .set({ status: "finished", blobSha256: sha256 })
      .where(and(eq(uploads.id, id), eq(uploads.projectId, ctx.projectId), eq(uploads.status, "open")))
      .returning({ id: uploads.id });
    if (finished.length === 0) return;
    await ctx.db.delete(uploadParts).where(and(eq(uploadParts.uploadId, id), eq(uploadParts.projectId, ctx.projectId)));
    ctx.changed({ action: "uploads.finish", id, detail: { bytes, sha256 } });
  });
  const ended = await findUpload(ctx, id); // cancelled while its parts were put together: NOT_FOUND
  await rm(await uploadFolder(ctx.storage, id), { recursive: true, force: true });
  return { id, filename, bytes, sha256: ended.blobSha256 ?? sha256 };
}

/** The parts that count, in their order, as one blob; null when a file of one is no longer there. */
async function joinParts(ctx: Ctx & { storage: Storage }, uploadId: string, accept: (blob: Blob) => void) {
  const parts = await ctx.db
    .select({ file: uploadParts.file })
    .from(uploadParts)
    .where(and(eq(uploadParts.uploadId, uploadId), eq(uploadParts.projectId, ctx.projectId)))
    .orderBy(asc(uploadParts.offset));
  const folder = await uploadFolder(ctx.storage, uploadId);
  async function* bytesOf() {
    for (const { file } of parts) yield* createReadStream(join(folder, file), { highWaterMark: 1 << 20 });
  }
  return ctx.storage.put(bytesOf(), undefined, accept).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  });
}
