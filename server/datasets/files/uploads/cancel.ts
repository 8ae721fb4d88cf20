import { and, eq } from "drizzle-orm";
import { fileParts, fileUploads } from "#db/schema/storage.ts";
import { type Ctx, transact } from "#server/context.ts";
import { findFileUpload, notPending } from "#server/datasets/files/uploads/find.ts";

/** Cancel a pending upload and let go of its parts → it. Throws NOT_FOUND, CONFLICT once it has ended otherwise. */
export async function cancelFileUpload(ctx: Ctx, uploadId: string) {
  return transact(ctx, async (ctx) => {
    const [cancelled] = await ctx.db
      .update(fileUploads)
      .set({ status: "cancelled" })
      .where(
        and(eq(fileUploads.id, uploadId), eq(fileUploads.projectId, ctx.projectId), eq(fileUploads.status, "pending")),
      )
      .returning({ id: fileUploads.id });
    const upload = await findFileUpload(ctx, uploadId);
    if (!cancelled && upload.status !== "cancelled") throw notPending(upload);
    if (cancelled) {
      await ctx.db
        .delete(fileParts)
        .where(and(eq(fileParts.uploadId, uploadId), eq(fileParts.projectId, ctx.projectId)));
      ctx.changed({ action: "files.cancelUpload", id: uploadId });
    }
    return upload;
  });
}
