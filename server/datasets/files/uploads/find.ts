import { and, eq, sql } from "drizzle-orm";
import { fileUploads } from "#db/schema/storage.ts";
import type { Ctx } from "#server/context.ts";
import { findFile } from "#server/datasets/files/find.ts";
import { DomainError } from "#server/errors.ts";

/** A part has at most this many bytes, as with OpenAI. */
export const partBytesAtMost = 64 * 2 ** 20;

/** An upload that is not completed within this many hours is swept. */
export const fileUploadHours = 24;

/** An upload that has ended is forgotten so many days after its time; its file stays. */
export const fileUploadsKeptDays = 30;

type Row = typeof fileUploads.$inferSelect;

/** An upload with its file once it is completed; one past its time is `expired`. Throws NOT_FOUND. */
export async function findFileUpload(ctx: Ctx, uploadId: string) {
  const [row] = await ctx.db
    .select({ upload: fileUploads, past: sql<boolean>`${fileUploads.expiresAt} <= now()` })
    .from(fileUploads)
    .where(and(eq(fileUploads.id, uploadId), eq(fileUploads.projectId, ctx.projectId)));
  if (!row) throw new DomainError("NOT_FOUND", `there is no upload ${uploadId}`, { field: "upload_id" });
  const { upload, past } = row;
  const status: Row["status"] = upload.status === "pending" && past ? "expired" : upload.status;
  const file = upload.fileId ? await findFile(ctx, upload.fileId).catch(orGone) : null;
  return { ...upload, status, file };
}

/** Why an upload takes no more parts and cannot be completed. */
export function notPending(upload: { id: string; status: Row["status"] }) {
  return new DomainError("CONFLICT", `the upload ${upload.id} is ${upload.status}: create another`, {
    field: "upload_id",
  });
}

/** The upload stays readable when its file was deleted. */
function orGone(error: unknown) {
  if (error instanceof DomainError && error.code === "NOT_FOUND") return null;
  throw error;
}
