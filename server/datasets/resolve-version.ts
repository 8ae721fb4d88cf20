import { and, desc, eq } from "drizzle-orm";
import { idPrefixes } from "#db/ids.ts";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import type { Ctx } from "#server/context.ts";
import { parseDatasetRef } from "#server/datasets/name.rule.ts";
import { DomainError } from "#server/errors.ts";

/**
 * The row of a version by what people write: a version id, a dataset id, `name` or `name/3`.
 * Without a number the newest version of any status. Throws NOT_FOUND.
 */
export async function resolveVersion(ctx: Ctx, ref: string, version?: number) {
  const parsed = parseDatasetRef(ref);
  const number = version ?? parsed.version;
  const byId = ref.startsWith(idPrefixes.datasetVersion) || ref.startsWith(idPrefixes.dataset);
  const named = ref.startsWith(idPrefixes.datasetVersion)
    ? eq(datasetVersions.id, ref)
    : byId
      ? eq(datasets.id, parsed.name)
      : eq(datasets.name, parsed.name);
  const [found] = await ctx.db
    .select({ version: datasetVersions })
    .from(datasetVersions)
    .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
    .where(
      and(
        eq(datasetVersions.projectId, ctx.projectId),
        named,
        number === null ? undefined : eq(datasetVersions.version, number),
      ),
    )
    .orderBy(desc(datasetVersions.version))
    .limit(1);
  if (!found)
    throw new DomainError("NOT_FOUND", `there is no dataset ${number === null ? ref : `${parsed.name}/${number}`}`);
  return found.version;
}
