import type { Ctx } from "#server/context.ts";
import { findFile } from "#server/datasets/files/find.ts";
import type { Storage } from "#server/storage.ts";

/** The bytes of a file as they came: `{filename, bytes, stream}`. Throws NOT_FOUND. */
export async function readFileContent(ctx: Ctx & { storage: Storage }, fileId: string) {
  const { filename, bytes, blobSha256 } = await findFile(ctx, fileId);
  return { filename, bytes, stream: ctx.storage.read(blobSha256) };
}
