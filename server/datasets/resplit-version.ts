import { and, desc, eq, inArray, isNull, ne } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { type Ctx, transact } from "#server/context.ts";
import { createDatasetVersion } from "#server/datasets/create-version.ts";
import { importOf } from "#server/datasets/files/view.ts";
import type { ResplitDataset } from "#server/datasets/input.ts";
import { wasDeleted } from "#server/deletion.rule.ts";
import { DomainError } from "#server/errors.ts";

/**
 * The same bytes, read the same way, with another share of rows for validation (basis points): the version itself when
 * it has that share, else the newest such version of its dataset, else a new one whose import is enqueued → `{versionId,
 * name, version, isNew, status, why}` with OpenAI's file statuses. Throws NOT_FOUND, REFUSED for a file that was refused.
 */
export async function resplitVersion(ctx: Ctx, input: ResplitDataset) {
  return transact(ctx, async (ctx) => {
    const asked = and(eq(datasetVersions.id, input.versionId), eq(datasetVersions.projectId, ctx.projectId));
    const [dataset] = await ctx.db
      .select({ name: datasets.name })
      .from(datasets)
      .where(inArray(datasets.id, ctx.db.select({ id: datasetVersions.datasetId }).from(datasetVersions).where(asked)))
      .for("update");
    // read once the dataset is held: who deletes a version holds it too
    const [version] = await ctx.db.select().from(datasetVersions).where(asked);
    if (!dataset || !version) throw new DomainError("NOT_FOUND", `there is no dataset version ${input.versionId}`);
    const { name } = dataset;
    const { sourceBlob: sha256 } = version;
    if (version.deletedAt) throw wasDeleted(`the dataset version ${name}/${version.version}`, version.deletedAt);
    if (version.status === "refused")
      throw new DomainError("REFUSED", `${name}/${version.version} was refused: upload the corrected file`);
    const { validationShareBp } = input;
    const [same] = await ctx.db
      .select()
      .from(datasetVersions)
      .where(
        and(
          eq(datasetVersions.datasetId, version.datasetId),
          eq(datasetVersions.sourceBlob, sha256),
          eq(datasetVersions.validationShareBp, validationShareBp),
          version.mapping ? eq(datasetVersions.mapping, version.mapping) : isNull(datasetVersions.mapping),
          ne(datasetVersions.status, "refused"),
          isNull(datasetVersions.deletedAt),
        ),
      )
      .orderBy(desc(datasetVersions.version))
      .limit(1);
    if (same) return { versionId: same.id, name, version: same.version, isNew: false, ...importOf(same) };
    const { filename, onBadRows, sourceBytes: bytes } = version;
    const mapping = version.mapping ?? undefined;
    const blob = { sha256, bytes };
    const made = await createDatasetVersion(ctx, { filename, blob, name, mapping, onBadRows, validationShareBp });
    const { versionId } = made;
    return { versionId, name, version: made.version, isNew: true, status: "uploaded" as const, why: null };
  });
}
