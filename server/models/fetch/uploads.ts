import { and, eq, inArray } from "drizzle-orm";
import { uploads } from "#db/schema/storage.ts";
import { DomainError } from "#server/errors.ts";
import { chooseFiles } from "#server/models/check/choose.rule.ts";
import type { Fetched, ImportWork } from "#server/models/import/work.ts";

/** Finished uploads of this project, under the names they have in the model's folder. Throws INVALID for an unfinished one. */
export async function findUploads(
  { ctx, tell }: ImportWork,
  named: readonly { path: string; uploadId: string }[],
): Promise<Fetched> {
  const rows = await ctx.db
    .select()
    .from(uploads)
    .where(
      and(
        eq(uploads.projectId, ctx.projectId),
        inArray(
          uploads.id,
          named.map((each) => each.uploadId),
        ),
      ),
    );
  const blobOf = new Map(rows.map((row) => [row.id, row.blobSha256]));
  tell({ bytesTotal: rows.reduce((sum, row) => sum + row.bytesExpected, 0) });
  const choice = chooseFiles(named.map((each) => each.path));
  const files = named
    .filter((each) => choice.paths.includes(each.path))
    .map(({ path, uploadId }) => {
      const sha256 = blobOf.get(uploadId);
      const bytes = rows.find((row) => row.id === uploadId)?.bytesExpected ?? 0;
      if (!sha256) throw new DomainError("INVALID", `the upload of ${path} is not finished`, { reason: "upload_open" });
      return { path, file: ctx.storage.pathOf(sha256), store: async () => ({ sha256, bytes }) };
    });
  return { format: choice.format, files };
}
