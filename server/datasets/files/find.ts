import { and, eq, isNull } from "drizzle-orm";
import { datasetVersions } from "#db/schema/datasets.ts";
import { files } from "#db/schema/storage.ts";
import type { Ctx } from "#server/context.ts";
import { fileView } from "#server/datasets/files/view.ts";
import { DomainError } from "#server/errors.ts";

/** One file of the project: see `fileView`. Throws NOT_FOUND, also for a deleted one. */
export async function findFile(ctx: Ctx, fileId: string) {
  const [row] = await ctx.db
    .select({ file: files, version: datasetVersions })
    .from(files)
    .leftJoin(datasetVersions, eq(datasetVersions.id, files.datasetVersionId))
    .where(and(eq(files.id, fileId), eq(files.projectId, ctx.projectId), isNull(files.deletedAt)));
  if (!row) throw new DomainError("NOT_FOUND", `there is no file ${fileId}`, { field: "file_id" });
  return fileView(row.file, row.version);
}
