import { and, eq, inArray } from "drizzle-orm";
import { uploads } from "#db/schema/storage.ts";
import { DomainError } from "#server/errors.ts";
import { chooseModel } from "#server/models/check/choose.ts";
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
  const uploadOf = new Map(named.map((each) => [each.path, each.uploadId]));
  tell({ bytesTotal: rows.reduce((sum, row) => sum + row.bytesExpected, 0) });
  const blobNamed = (path: string) => {
    const upload = rows.find((row) => row.id === uploadOf.get(path));
    if (upload?.blobSha256) return { sha256: upload.blobSha256, bytes: upload.bytesExpected };
    throw new DomainError("INVALID", `the upload of ${path} is not finished`, { reason: "upload_open" });
  };
  const placeOf = (path: string) => ctx.storage.pathOf(blobNamed(path).sha256);
  const choice = await chooseModel([...uploadOf.keys()], undefined, async (path) => placeOf(path));
  const files = choice.paths.map((path) => ({ path, file: placeOf(path), store: async () => blobNamed(path) }));
  return { format: choice.format, files };
}
