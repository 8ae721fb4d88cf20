import { and, eq } from "drizzle-orm";
import { uploads } from "#db/schema/storage.ts";
import { type Ctx, transact } from "#server/context.ts";
import { createDatasetVersion } from "#server/datasets/create-version.ts";
import type { CreateDataset } from "#server/datasets/input.ts";
import { letGoOfUploads } from "#server/datasets/uploads/let-go.ts";
import { DomainError } from "#server/errors.ts";

/**
 * A finished upload becomes the next version of the dataset `name` (by default the file's name) and is imported.
 * Returns `{datasetId, versionId, name, version, status: "importing"}`.
 * Throws NOT_FOUND for a foreign upload, CONFLICT for one that is not finished, INVALID for an incomplete mapping.
 */
export async function createDataset(ctx: Ctx, { uploadId, ...options }: CreateDataset) {
  const [upload] = await ctx.db
    .select()
    .from(uploads)
    .where(and(eq(uploads.id, uploadId), eq(uploads.projectId, ctx.projectId)));
  if (!upload) throw new DomainError("NOT_FOUND", `there is no upload ${uploadId}`);
  if (upload.status !== "finished" || !upload.blobSha256) {
    throw new DomainError("CONFLICT", `the upload of ${upload.filename} is ${upload.status}; finish it first`);
  }
  const blob = { sha256: upload.blobSha256, bytes: upload.bytesExpected };
  return transact(ctx, async (ctx) => {
    const created = await createDatasetVersion(ctx, { filename: upload.filename, blob, ...options });
    await letGoOfUploads(ctx, [uploadId]);
    return created;
  });
}
