import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { link, mkdir, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { and, eq } from "drizzle-orm";
import { uploads } from "#db/schema/storage.ts";
import { recordAudit } from "#server/audit/record.ts";
import { type Ctx, transact } from "#server/context.ts";
import type { FinishUpload } from "#server/datasets/input.ts";
import { findUpload } from "#server/datasets/uploads/find.ts";
import { uploadPath } from "#server/datasets/uploads/path.ts";
import { DomainError } from "#server/errors.ts";
import { asDiskError, recordBlob, type Storage } from "#server/storage.ts";

/**
 * All parts are there: check the length and, when given, the sha256, and turn the upload into a blob.
 * `{id, filename, bytes, sha256}`; safe to call again. Throws CONFLICT when bytes are missing or the sha256 differs.
 */
export async function finishUpload(ctx: Ctx & { storage: Storage }, uploadId: string, input: FinishUpload) {
  const upload = await findUpload(ctx, uploadId);
  const { id, filename, bytesExpected: bytes } = upload;
  if (upload.status === "finished" && upload.blobSha256) return { id, filename, bytes, sha256: upload.blobSha256 };
  if (input.bytes !== bytes || upload.bytesReceived !== bytes) {
    const message = `${upload.bytesReceived} of ${bytes} bytes have arrived: go on at byte ${upload.bytesReceived}`;
    throw new DomainError("CONFLICT", message, { reason: "offset" });
  }
  const path = await uploadPath(ctx.storage, id);
  const sha256 = await hashFile(path, bytes);
  if (input.sha256 && input.sha256 !== sha256) {
    throw new DomainError("CONFLICT", "the file was damaged on its way (its sha256 differs): upload it again", {
      reason: "sha256",
    });
  }
  await linkIntoPlace(path, ctx.storage.pathOf(sha256));
  const result = await transact(ctx, async (ctx) => {
    await recordBlob(ctx, { sha256, bytes });
    const finished = await ctx.db
      .update(uploads)
      .set({ status: "finished", blobSha256: sha256 })
      .where(and(eq(uploads.id, id), eq(uploads.status, "open")))
      .returning({ id: uploads.id });
    if (finished.length > 0) await recordAudit(ctx, "uploads.finish", id, { bytes, sha256 });
    return { id, filename, bytes, sha256 };
  });
  await rm(path, { force: true });
  return result;
}

/** A second name, so that a process killed before the transaction ends can be repeated. A blob that is there already wins. */
async function linkIntoPlace(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await link(from, to).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw asDiskError(error);
  });
}

async function hashFile(path: string, bytes: number): Promise<string> {
  const found = await stat(path).catch(() => null);
  // a tie with another finish of the same upload, or a cleared temporary folder
  if (!found || found.size !== bytes) throw new DomainError("CONFLICT", "the upload's bytes are gone: upload it again");
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}
