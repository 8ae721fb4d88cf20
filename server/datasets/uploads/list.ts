import { and, desc, eq, sql } from "drizzle-orm";
import { uploads } from "#db/schema/storage.ts";
import type { Ctx } from "#server/context.ts";

const mostShown = 20;

/** The caller's own uploads that can go on, newest first (at most 20): choose the same file again to resume. */
export async function listUploads(ctx: Ctx) {
  return ctx.db
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
}
