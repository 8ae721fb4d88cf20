import { rm } from "node:fs/promises";
import { and, eq } from "drizzle-orm";
import { uploads } from "#db/schema/storage.ts";
import { recordAudit } from "#server/audit/record.ts";
import { type Ctx, transact } from "#server/context.ts";
import { uploadPath } from "#server/datasets/uploads/path.ts";
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
    await recordAudit(ctx, "uploads.abort", uploadId);
  });
  await rm(await uploadPath(ctx.storage, uploadId), { force: true });
  return { id: uploadId };
}
