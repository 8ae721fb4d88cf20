import { rm } from "node:fs/promises";
import { and, eq } from "drizzle-orm";
import { uploadParts, uploads } from "#db/schema/storage.ts";
import { type Ctx, transact } from "#server/context.ts";
import { uploadFolder } from "#server/datasets/uploads/path.ts";
import { DomainError } from "#server/errors.ts";
import type { Storage } from "#server/storage.ts";

/** Cancel an upload and delete what has arrived. Throws NOT_FOUND unless it is open. */
export async function abortUpload(ctx: Ctx & { storage: Storage }, uploadId: string) {
  await transact(ctx, async (ctx) => {
    const aborted = await ctx.db
      .update(uploads)
      .set({ status: "aborted" })
      .where(and(eq(uploads.id, uploadId), eq(uploads.projectId, ctx.projectId), eq(uploads.status, "open")))
      .returning({ id: uploads.id });
    if (aborted.length === 0) throw new DomainError("NOT_FOUND", `there is no open upload ${uploadId.slice(0, 64)}`);
    await ctx.db
      .delete(uploadParts)
      .where(and(eq(uploadParts.uploadId, uploadId), eq(uploadParts.projectId, ctx.projectId)));
    ctx.changed({ action: "uploads.abort", id: uploadId });
  });
  await rm(await uploadFolder(ctx.storage, uploadId), { recursive: true, force: true });
  return { id: uploadId };
}
