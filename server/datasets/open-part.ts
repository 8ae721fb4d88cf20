import { and, eq } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { blobs } from "#db/schema/storage.ts";
import type { Ctx } from "#server/context.ts";
import type { versionParts } from "#server/datasets/input.ts";
import { DomainError } from "#server/errors.ts";
import type { Storage } from "#server/storage.ts";

type Part = (typeof versionParts)[number];

const columns = {
  source: datasetVersions.sourceBlob,
  train: datasetVersions.trainBlob,
  validation: datasetVersions.validationBlob,
  set_aside: datasetVersions.setAsideBlob,
} as const satisfies Record<Part, unknown>;

/**
 * A file of a version to download: what came in, one split in canonical JSONL, or the rows set aside with their problems.
 * `{filename, bytes, stream}`. Throws NOT_FOUND when the version has no such file.
 */
export async function openPart(ctx: Ctx & { storage: Storage }, versionId: string, part: Part) {
  const [found] = await ctx.db
    .select({ name: datasets.name, version: datasetVersions, sha256: blobs.sha256, bytes: blobs.bytes })
    .from(datasetVersions)
    .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
    .innerJoin(blobs, eq(blobs.sha256, columns[part]))
    .where(and(eq(datasetVersions.id, versionId), eq(datasetVersions.projectId, ctx.projectId)));
  if (!found)
    throw new DomainError("NOT_FOUND", `there is no ${part} file of dataset version ${versionId.slice(0, 64)}`);
  const filename =
    part === "source"
      ? found.version.filename
      : `${found.name}-v${found.version.version}-${part.replace("_", "-")}.jsonl`;
  return { filename, bytes: found.bytes, stream: ctx.storage.read(found.sha256) };
}
