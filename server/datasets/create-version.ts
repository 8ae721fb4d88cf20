import { and, eq, isNull, max } from "drizzle-orm";
import { newId } from "#db/ids.ts";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import type { Blob } from "#server/blob-files.ts";
import { type Ctx, transact } from "#server/context.ts";
import { checkMapping } from "#server/datasets/check-mapping.ts";
import type { ColumnMapping, onBadRows } from "#server/datasets/input.ts";
import { nameFromFile } from "#server/datasets/name.rule.ts";
import { defaultValidationShareBp } from "#server/datasets/shapes/canonical.rule.ts";
import { DomainError } from "#server/errors.ts";
import { recordBlob } from "#server/storage.ts";

export type NewVersion = {
  filename: string;
  blob: Blob;
  name?: string;
  mapping?: ColumnMapping;
  onBadRows?: (typeof onBadRows)[number];
  validationShareBp?: number;
};

/**
 * A stored file becomes the next version of the dataset with that name (a new one if there is none) and its import is enqueued.
 * Without a name the file's own is taken. Throws INVALID for an incomplete mapping.
 */
export async function createDatasetVersion(ctx: Ctx, input: NewVersion) {
  checkMapping(input.mapping);
  const name = input.name ?? nameFromFile(input.filename);
  return transact(ctx, async (ctx) => {
    await recordBlob(ctx, input.blob);
    const datasetId = await findOrCreate(ctx, name);
    const [last] = await ctx.db
      .select({ version: max(datasetVersions.version) })
      .from(datasetVersions)
      .where(eq(datasetVersions.datasetId, datasetId));
    const id = newId("datasetVersion");
    const version = (last?.version ?? 0) + 1;
    await ctx.db.insert(datasetVersions).values({
      id,
      projectId: ctx.projectId,
      datasetId,
      version,
      status: "importing",
      filename: input.filename,
      sourceBlob: input.blob.sha256,
      sourceBytes: input.blob.bytes,
      mapping: input.mapping ?? null,
      onBadRows: input.onBadRows ?? "ask",
      validationShareBp: input.validationShareBp ?? defaultValidationShareBp,
      createdBy: ctx.actor,
    });
    ctx.changed({ action: "datasets.create", id, detail: { datasetId, version, bytes: input.blob.bytes } });
    ctx.enqueue("datasets.import", { projectId: ctx.projectId, versionId: id });
    return { datasetId, versionId: id, name, version, status: "importing" as const };
  });
}

/** The dataset's id, its row locked so that two uploads of one name get different numbers; an archived one comes back. */
async function findOrCreate(ctx: Ctx, name: string): Promise<string> {
  // one that is deleted at the same moment is found by the insert but not by the update: then the name is free
  for (let attempt = 0; attempt < 2; attempt++) {
    await ctx.db
      .insert(datasets)
      .values({ id: newId("dataset"), projectId: ctx.projectId, name, createdBy: ctx.actor })
      .onConflictDoNothing();
    const [dataset] = await ctx.db
      .update(datasets)
      .set({ archivedAt: null })
      .where(and(eq(datasets.projectId, ctx.projectId), eq(datasets.name, name), isNull(datasets.deletedAt)))
      .returning({ id: datasets.id });
    if (dataset) return dataset.id;
  }
  throw new DomainError("UNAVAILABLE", "the dataset was not stored");
}
