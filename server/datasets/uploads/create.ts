import { statfs, writeFile } from "node:fs/promises";
import { sql } from "drizzle-orm";
import { newId } from "#db/ids.ts";
import { uploads } from "#db/schema/storage.ts";
import { recordAudit } from "#server/audit/record.ts";
import { type Ctx, transact } from "#server/context.ts";
import type { CreateUpload } from "#server/datasets/input.ts";
import { expiresAfterDays, partBytes } from "#server/datasets/uploads/limits.rule.ts";
import { uploadPath } from "#server/datasets/uploads/path.ts";
import { DomainError } from "#server/errors.ts";
import { asDiskError, type Storage } from "#server/storage.ts";

/**
 * Begin an upload of `bytes` bytes: `{id, offset: 0, partBytes, expiresAt}`. Parts of at most `partBytes` follow by
 * `appendUpload`. Throws UNAVAILABLE when the disk has no room for the whole file.
 */
export async function createUpload(ctx: Ctx & { storage: Storage }, input: CreateUpload) {
  await checkRoom(ctx.storage, input.bytes);
  const id = newId("upload");
  await writeFile(await uploadPath(ctx.storage, id), "", { mode: 0o600, flag: "wx" }).catch((error: unknown) => {
    throw asDiskError(error);
  });
  return transact(ctx, async (ctx) => {
    const [upload] = await ctx.db
      .insert(uploads)
      .values({
        ...{ id, projectId: ctx.projectId, filename: input.filename, createdBy: ctx.actor },
        bytesExpected: input.bytes,
        expiresAt: sql`now() + interval '1 day' * ${expiresAfterDays}`,
      })
      .returning({ expiresAt: uploads.expiresAt });
    await recordAudit(ctx, "uploads.create", id, { bytes: input.bytes });
    return { id, offset: 0, partBytes, expiresAt: upload?.expiresAt ?? null };
  });
}

async function checkRoom(storage: Storage, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(await storage.tmp());
  const free = bavail * bsize;
  if (bytes < free) return;
  const gib = (n: number) => `${(n / 2 ** 30).toFixed(1)} GiB`;
  const message = `the file needs ${gib(bytes)}, the disk of the data folder has ${gib(free)} free: free space, then upload again`;
  throw new DomainError("UNAVAILABLE", message, { reason: "disk_full" });
}
