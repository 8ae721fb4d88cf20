import { and, count, eq, sum } from "drizzle-orm";
import { newId } from "#db/ids.ts";
import { fileParts, fileUploads } from "#db/schema/storage.ts";
import type { Blob } from "#server/blob-files.ts";
import { type Ctx, transact } from "#server/context.ts";
import { findFileUpload, notPending, partBytesAtMost } from "#server/datasets/files/uploads/find.ts";
import { DomainError } from "#server/errors.ts";
import { recordBlob } from "#server/storage.ts";

const partsAtMost = 10_000;

/**
 * A stored blob becomes a part of a pending upload → the part's row. Parts may come at once and again: which count, and
 * in which order, is said at the end. Throws NOT_FOUND, CONFLICT once the upload has ended, TOO_LARGE when the parts
 * hold more than twice what the file should.
 */
export async function addFilePart(ctx: Ctx, { uploadId, blob }: { uploadId: string; blob: Blob }) {
  if (blob.bytes === 0) throw new DomainError("INVALID", "the part is empty (0 bytes)", { field: "data" });
  return transact(ctx, async (ctx) => {
    // Parts of one upload are counted one after the other.
    const mine = and(eq(fileUploads.id, uploadId), eq(fileUploads.projectId, ctx.projectId));
    await ctx.db.select().from(fileUploads).where(mine).for("update");
    const upload = await findFileUpload(ctx, uploadId);
    if (upload.status !== "pending") throw notPending(upload);
    const [held] = await ctx.db
      .select({ parts: count(), bytes: sum(fileParts.bytes).mapWith(Number) })
      .from(fileParts)
      .where(and(eq(fileParts.uploadId, uploadId), eq(fileParts.projectId, ctx.projectId)));
    const room = 2 * upload.bytesExpected + partBytesAtMost - (held?.bytes ?? 0);
    if ((held?.parts ?? 0) >= partsAtMost || blob.bytes > room)
      throw new DomainError("TOO_LARGE", `the parts hold far more than the ${upload.bytesExpected} bytes of the file`, {
        field: "data",
      });
    await recordBlob(ctx, blob);
    const [part] = await ctx.db
      .insert(fileParts)
      .values({
        id: newId("filePart"),
        projectId: ctx.projectId,
        uploadId,
        blobSha256: blob.sha256,
        bytes: blob.bytes,
      })
      .returning();
    if (!part) throw new DomainError("UNAVAILABLE", "the part was not stored");
    return part;
  });
}
