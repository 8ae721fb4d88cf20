import { and, eq, isNull, sql } from "drizzle-orm";
import { files } from "#db/schema/storage.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";

/** Delete a file. A dataset version that it became stays, and so do its bytes while anything else names them. Throws NOT_FOUND. */
export async function deleteFile(ctx: Ctx, fileId: string) {
  return transact(ctx, async (ctx) => {
    const [removed] = await ctx.db
      .update(files)
      .set({ deletedAt: sql`now()` })
      .where(and(eq(files.id, fileId), eq(files.projectId, ctx.projectId), isNull(files.deletedAt)))
      .returning({ id: files.id, filename: files.filename, bytes: files.bytes });
    if (!removed) throw new DomainError("NOT_FOUND", `there is no file ${fileId}`, { field: "file_id" });
    ctx.changed({ action: "files.delete", id: fileId, detail: { name: removed.filename, bytes: removed.bytes } });
    ctx.enqueue("storage.collect", {}, { once: true });
    return { id: removed.id };
  });
}
