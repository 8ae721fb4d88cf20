import { and, eq, sql } from "drizzle-orm";
import { uploads } from "#db/schema/storage.ts";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";

/** An upload's row in this project. Throws NOT_FOUND, also for one that has expired. */
export async function findUpload(ctx: Ctx, uploadId: string) {
  const [upload] = await ctx.db
    .select()
    .from(uploads)
    .where(
      and(
        eq(uploads.id, uploadId),
        eq(uploads.projectId, ctx.projectId),
        sql`(${uploads.status} = 'finished' or ${uploads.expiresAt} > now())`,
      ),
    );
  if (!upload || upload.status === "aborted") {
    throw new DomainError("NOT_FOUND", `there is no upload ${uploadId.slice(0, 64)}: it expired or was cancelled`);
  }
  return upload;
}
