import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { and, desc, eq, sql } from "drizzle-orm";
import { uploads } from "#db/schema/storage.ts";
import type { Ctx } from "#server/context.ts";
import { quietAfterSeconds } from "#server/datasets/uploads/limits.rule.ts";
import { uploadFolder } from "#server/datasets/uploads/path.ts";
import type { Storage } from "#server/storage.ts";

const mostShown = 20;

/**
 * The caller's own uploads that can go on, newest first (at most 20): choose the same file again to resume.
 * `brokeOff`: no byte has come for 30 s; before that, somebody may still be sending it.
 */
export async function listUploads(ctx: Ctx & { storage: Storage }) {
  const open = await ctx.db
    .select({
      id: uploads.id,
      filename: uploads.filename,
      bytes: uploads.bytesExpected,
      offset: uploads.bytesReceived,
      createdAt: uploads.createdAt,
      expiresAt: uploads.expiresAt,
    })
    .from(uploads)
    .where(
      and(
        eq(uploads.projectId, ctx.projectId),
        eq(uploads.createdBy, ctx.actor),
        eq(uploads.status, "open"),
        sql`${uploads.expiresAt} > now()`,
      ),
    )
    .orderBy(desc(uploads.id))
    .limit(mostShown);
  return Promise.all(open.map(async (upload) => ({ ...upload, brokeOff: await isQuiet(ctx.storage, upload.id) })));
}

/** A part's file grows with every chunk, where the row moves only with a whole part: on a slow line that takes minutes. */
async function isQuiet(storage: Storage, uploadId: string): Promise<boolean> {
  const folder = await uploadFolder(storage, uploadId);
  const parts = await readdir(folder).catch(() => []);
  const offsets = parts.map((name) => Number.parseInt(name, 10)); // the part that is being sent begins last
  const last = Math.max(0, ...offsets);
  const newest = parts.filter((_, index) => offsets[index] === last).map((name) => join(folder, name));
  const found = await Promise.all([folder, ...newest].map((path) => stat(path).catch(() => null)));
  const touched = Math.max(...found.map((file) => file?.mtimeMs ?? -1));
  const now = await storage.time();
  return touched >= 0 && now.getTime() - touched > quietAfterSeconds * 1_000;
}
