import { sql } from "drizzle-orm";
import { newId } from "#db/ids.ts";
import { fileUploads } from "#db/schema/storage.ts";
import { type Ctx, transact } from "#server/context.ts";
import { fileUploadHours, findFileUpload } from "#server/datasets/files/uploads/find.ts";
import type { CreateFileUpload } from "#server/datasets/input.ts";

/** Begin an upload in parts → it, `pending`, as `findFileUpload` gives it. */
export async function createFileUpload(ctx: Ctx, { filename, purpose, bytes }: CreateFileUpload) {
  return transact(ctx, async (ctx) => {
    const id = newId("fileUpload");
    await ctx.db.insert(fileUploads).values({
      id,
      projectId: ctx.projectId,
      filename,
      purpose,
      bytesExpected: bytes,
      createdBy: ctx.actor,
      expiresAt: sql`now() + interval '1 hour' * ${fileUploadHours}`,
    });
    ctx.changed({ action: "files.createUpload", id, detail: { purpose, bytes } });
    return findFileUpload(ctx, id);
  });
}
