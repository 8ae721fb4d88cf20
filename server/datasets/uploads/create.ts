import { mkdir } from "node:fs/promises";
import { sql } from "drizzle-orm";
import { newId } from "#db/ids.ts";
import { uploads } from "#db/schema/storage.ts";
import { type Ctx, transact } from "#server/context.ts";
import type { CreateUpload } from "#server/datasets/input.ts";
import { expiresAfterDays, partBytes } from "#server/datasets/uploads/limits.rule.ts";
import { uploadFolder } from "#server/datasets/uploads/path.ts";
import { asDiskError, requireRoom, type Storage } from "#server/storage.ts";

/** Its parts, and for a moment the whole that is made of them. */
const copies = 2;

/**
 * Begin an upload of `bytes` bytes: `{id, offset: 0, partBytes, expiresAt}`. Parts of at most `partBytes` follow by
 * `appendUpload`. Throws NO_ROOM when the disk has no room for the whole file.
 */
export async function createUpload(ctx: Ctx & { storage: Storage }, input: CreateUpload) {
  await requireRoom(ctx.storage, "this upload", input.bytes * copies);
  const id = newId("upload");
  await mkdir(await uploadFolder(ctx.storage, id), { mode: 0o700 }).catch((error: unknown) => {
    throw asDiskError(error);
  });
  return transact(ctx, async (ctx) => {
    const [upload] = await ctx.db
      .insert(uploads)
      .values({
        id,
        projectId: ctx.projectId,
        filename: input.filename,
        createdBy: ctx.actor,
        bytesExpected: input.bytes,
        expiresAt: sql`now() + interval '1 day' * ${expiresAfterDays}`,
      })
      .returning({ expiresAt: uploads.expiresAt });
    ctx.changed({ action: "uploads.create", id, detail: { bytes: input.bytes } });
    return { id, offset: 0, partBytes, expiresAt: upload?.expiresAt ?? null };
  });
}
