import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { and, eq, inArray, sql } from "drizzle-orm";
import { fileParts, fileUploads, uploads } from "#db/schema/storage.ts";
import type { Ctx } from "#server/context.ts";
import { expiresAfterDays } from "#server/datasets/uploads/limits.rule.ts";
import { uploadPath } from "#server/datasets/uploads/path.ts";
import type { Storage } from "#server/storage.ts";

const atOnce = 1_000;
const dayMs = 86_400_000;

/**
 * The job that keeps house: uploads of all projects that expired are aborted and their bytes deleted, and so are
 * half-written blobs that a killed process left behind longer ago than any upload lives.
 */
export async function sweepUploads(ctx: Pick<Ctx, "db"> & { storage: Storage }) {
  const expired = await ctx.db
    .update(uploads)
    .set({ status: "aborted" })
    .where(
      and(
        eq(uploads.status, "open"),
        sql`${uploads.id} in (select id from uploads where status = 'open' and expires_at < now() limit ${atOnce})`,
      ),
    )
    .returning({ id: uploads.id });
  for (const { id } of expired) await rm(await uploadPath(ctx.storage, id), { force: true });
  await expireFileUploads(ctx);
  return { expired: expired.length, orphans: await removeOrphans(await ctx.storage.tmp()) };
}

/** Uploads in parts that nobody completed: their parts are let go. */
async function expireFileUploads({ db }: Pick<Ctx, "db">) {
  const ids = sql`(select id from file_uploads where status = 'pending' and expires_at <= now() limit ${atOnce})`;
  const expired = await db
    .update(fileUploads)
    .set({ status: "expired" })
    .where(and(eq(fileUploads.status, "pending"), sql`${fileUploads.id} in ${ids}`))
    .returning({ id: fileUploads.id });
  if (expired.length > 0)
    await db.delete(fileParts).where(
      inArray(
        fileParts.uploadId,
        expired.map(({ id }) => id),
      ),
    );
}

/** Files older than an upload lives belong to nobody; by the file system's own clock. */
async function removeOrphans(folder: string): Promise<number> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".part") || name.endsWith(".upload"));
  let removed = 0;
  for (const name of names) {
    const found = await stat(join(folder, name)).catch(() => null);
    if (!found || Date.now() - found.mtimeMs < (expiresAfterDays + 1) * dayMs) continue;
    await rm(join(folder, name), { force: true });
    removed++;
  }
  return removed;
}
