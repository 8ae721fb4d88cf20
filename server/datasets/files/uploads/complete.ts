import { createHash, type Hash } from "node:crypto";
import { and, eq } from "drizzle-orm";
import { fileParts, fileUploads } from "#db/schema/storage.ts";
import { type Ctx, transact } from "#server/context.ts";
import type { NewVersion } from "#server/datasets/create-version.ts";
import { createFileOn } from "#server/datasets/files/create.ts";
import { findFileUpload, notPending } from "#server/datasets/files/uploads/find.ts";
import type { CompleteFileUpload } from "#server/datasets/input.ts";
import { DomainError } from "#server/errors.ts";
import type { Storage } from "#server/storage.ts";

/**
 * Put the named parts together, in that order, into a file → the upload with it; a `fine-tune` file also becomes a
 * dataset version. A completed upload answers the same again. Throws NOT_FOUND, CONFLICT when it was cancelled or has
 * expired or a part's bytes are gone, INVALID for parts that are not its own, that do not add up to its size, or whose
 * MD5 is another.
 */
export async function completeFileUpload(
  ctx: Ctx & { storage: Storage },
  uploadId: string,
  { part_ids: partIds, md5, onBadRows }: CompleteFileUpload & Pick<NewVersion, "onBadRows">,
) {
  const upload = await findFileUpload(ctx, uploadId);
  if (upload.status === "completed") return upload;
  if (upload.status !== "pending") throw notPending(upload);
  const stored = await ctx.db
    .select({ id: fileParts.id, sha256: fileParts.blobSha256, bytes: fileParts.bytes })
    .from(fileParts)
    .where(and(eq(fileParts.uploadId, uploadId), eq(fileParts.projectId, ctx.projectId)));
  const byId = new Map(stored.map((part) => [part.id, part]));
  const refuse = (message: string, field: string) => new DomainError("INVALID", message, { field });
  const parts = partIds.map((id) => {
    const part = byId.get(id);
    if (!part) throw refuse(`${id} is no part of ${uploadId}`, "part_ids");
    return part;
  });
  if (new Set(partIds).size < partIds.length) throw refuse("a part is named twice", "part_ids");
  const bytes = parts.reduce((total, part) => total + part.bytes, 0);
  if (bytes !== upload.bytesExpected)
    throw refuse(`the parts hold ${bytes} bytes, the upload was created for ${upload.bytesExpected}`, "part_ids");
  const hash = createHash("md5");
  const accept = () => {
    const found = hash.digest("hex");
    if (md5 && md5.toLowerCase() !== found) throw refuse(`the file's MD5 is ${found}, not ${md5}`, "md5");
  };
  const whole = ctx.storage.put(joined(ctx.storage, parts, hash), undefined, accept);
  const blob = await whole.catch((cause: unknown) => {
    if (!(cause instanceof Error && "code" in cause && cause.code === "ENOENT")) throw cause;
    throw new DomainError("CONFLICT", "the bytes of a part are gone: send the parts again to a new upload", { cause });
  });
  return transact(ctx, async (ctx) => {
    const mine = and(eq(fileUploads.id, uploadId), eq(fileUploads.projectId, ctx.projectId));
    const [claimed] = await ctx.db
      .update(fileUploads)
      .set({ status: "completed" })
      .where(and(mine, eq(fileUploads.status, "pending")))
      .returning();
    if (claimed) {
      const file = await createFileOn(ctx, { filename: upload.filename, purpose: upload.purpose, blob, onBadRows });
      await ctx.db.update(fileUploads).set({ fileId: file.id }).where(mine);
      await ctx.db
        .delete(fileParts)
        .where(and(eq(fileParts.uploadId, uploadId), eq(fileParts.projectId, ctx.projectId)));
    }
    const ended = await findFileUpload(ctx, uploadId);
    if (ended.status !== "completed") throw notPending(ended); // cancelled while it was put together
    return ended;
  });
}

/** The parts' bytes in turn, counted into `hash` as they pass. */
async function* joined(storage: Storage, parts: readonly { sha256: string }[], hash: Hash): AsyncGenerator<Buffer> {
  for (const { sha256 } of parts)
    for await (const chunk of storage.read(sha256)) {
      hash.update(chunk);
      yield chunk;
    }
}
