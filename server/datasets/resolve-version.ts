import { and, desc, eq, isNull } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import type { Ctx } from "#server/context.ts";
import { findDataset } from "#server/datasets/find-dataset.ts";
import { parseDatasetRef } from "#server/datasets/name.rule.ts";
import { wasDeleted } from "#server/deletion.rule.ts";
import { DomainError } from "#server/errors.ts";
import { isMeant } from "#server/text/named.ts";

/**
 * The row of a version by what people write: a dataset's id, short id or name, any of them with `/3`, or a version's id
 * or short id. Without a number the newest version of any status. Throws NOT_FOUND, with the time for a deleted one,
 * CONFLICT for an ambiguous short id.
 */
export async function resolveVersion(ctx: Ctx, ref: string, version?: number) {
  const mine = eq(datasetVersions.projectId, ctx.projectId);
  const [exact] = await ctx.db
    .select()
    .from(datasetVersions)
    .where(and(mine, isMeant(ref, datasetVersions.id)));
  if (exact && (version ?? exact.version) === exact.version) {
    if (!exact.deletedAt) return exact;
    const [dataset] = await ctx.db
      .select({ name: datasets.name })
      .from(datasets)
      .where(and(eq(datasets.id, exact.datasetId), eq(datasets.projectId, ctx.projectId)));
    throw wasDeleted(`the dataset version ${dataset?.name ?? "?"}/${exact.version}`, exact.deletedAt);
  }
  const parsed = parseDatasetRef(ref);
  const number = version ?? parsed.version;
  const dataset = await findDataset(ctx, parsed.name);
  const [found] = await ctx.db
    .select()
    .from(datasetVersions)
    .where(
      and(
        mine,
        eq(datasetVersions.datasetId, dataset.id),
        number === null ? isNull(datasetVersions.deletedAt) : eq(datasetVersions.version, number),
      ),
    )
    .orderBy(desc(datasetVersions.version))
    .limit(1);
  const name = `${dataset.name}${number ? `/${number}` : ""}`;
  if (!found) throw new DomainError("NOT_FOUND", `there is no dataset ${name}`);
  if (found.deletedAt) throw wasDeleted(`the dataset version ${name}`, found.deletedAt);
  return found;
}

/**
 * Keep a version from being deleted until this transaction ends, for what is about to name it. Throws NOT_FOUND when it
 * has just gone.
 */
export async function holdVersion(ctx: Pick<Ctx, "db" | "projectId">, versionId: string, field: string) {
  const [held] = await ctx.db
    .select({ id: datasetVersions.id })
    .from(datasetVersions)
    .where(
      and(
        eq(datasetVersions.id, versionId),
        eq(datasetVersions.projectId, ctx.projectId),
        isNull(datasetVersions.deletedAt),
      ),
    )
    .for("key share");
  if (!held) throw new DomainError("NOT_FOUND", "the dataset version was deleted: choose another", { field });
}
