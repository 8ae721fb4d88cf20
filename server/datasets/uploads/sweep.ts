import { rm } from "node:fs/promises";
import { and, eq, inArray, sql } from "drizzle-orm";
import { fileParts, fileUploads, uploads } from "#db/schema/storage.ts";
import type { Ctx } from "#server/context.ts";
import { fileUploadsKeptDays } from "#server/datasets/files/uploads/find.ts";
import { uploadFolder } from "#server/datasets/uploads/path.ts";
import type { Storage } from "#server/storage.ts";

const atOnce = 1_000;

/**
 * The job that keeps house: open uploads of all projects that expired are aborted and their bytes deleted; finished ones
 * are forgotten, which lets go of bytes that no dataset and no model was made of. An import that waits keeps its files.
 * The same for /v1/uploads, whose rows are forgotten a month after their time.
 */
export async function sweepUploads(ctx: Pick<Ctx, "db" | "enqueue"> & { storage: Storage }) {
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
  for (const { id } of expired) await rm(await uploadFolder(ctx.storage, id), { recursive: true, force: true });
  await expireFileUploads(ctx);
  await forgetFileUploads(ctx);
  const forgotten = await ctx.db.delete(uploads).where(isOver).returning({ id: uploads.id });
  if (forgotten.length > 0) ctx.enqueue("storage.collect", {}, { once: true });
  return { expired: expired.length, forgotten: forgotten.length };
}

const isOver = sql`${uploads.id} in (select u.id from uploads u where u.status <> 'open' and u.expires_at < now()
  and not exists (select from model_versions v where v.project_id = u.project_id and v.status = 'importing'
    and v.source->'files' @> jsonb_build_array(jsonb_build_object('uploadId', u.id)))
  limit ${atOnce})`;

/** Uploads in parts that ended long ago: nobody asks for them again, and a file that one became has a row of its own. */
async function forgetFileUploads({ db }: Pick<Ctx, "db">) {
  const long = sql`now() - interval '1 day' * ${fileUploadsKeptDays}`;
  const ids = sql`(select id from file_uploads where status <> 'pending' and expires_at < ${long} limit ${atOnce})`;
  await db.delete(fileUploads).where(sql`${fileUploads.id} in ${ids}`);
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
