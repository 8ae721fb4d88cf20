import type { Ctx } from "#server/context.ts";
import { findFile } from "#server/datasets/files/find.ts";
import { DomainError } from "#server/errors.ts";
import type { Storage } from "#server/storage.ts";

/** The bytes of a file as they came: `{filename, bytes, stream}`. Throws NOT_FOUND. */
export async function readFileContent(ctx: Ctx & { storage: Storage }, fileId: string) {
  const { filename, bytes, blobSha256 } = await findFile(ctx, fileId);
  if (!blobSha256) throw new DomainError("NOT_FOUND", `there is no file ${fileId}`, { field: "file_id" });
  return { filename, bytes, stream: ctx.storage.read(blobSha256) };
}
