import { and, desc, eq } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import type { Ctx } from "#server/context.ts";
import { parseDatasetRef } from "#server/datasets/name.rule.ts";
import { DomainError } from "#server/errors.ts";
import { pickNamed } from "#server/named.rule.ts";
import { isMeant } from "#server/named.ts";

/**
 * The row of a version by what people write: a dataset's id, short id or name, any of them with `/3`, or a version's id
 * or short id. Without a number the newest version of any status. Throws NOT_FOUND, CONFLICT for an ambiguous short id.
 */
export async function resolveVersion(ctx: Ctx, ref: string, version?: number) {
  const mine = eq(datasetVersions.projectId, ctx.projectId);
  const [exact] = await ctx.db
    .select()
    .from(datasetVersions)
    .where(and(mine, isMeant(ref, datasetVersions.id)));
  if (exact && (version ?? exact.version) === exact.version) return exact;
  const parsed = parseDatasetRef(ref);
  const number = version ?? parsed.version;
  const named = await ctx.db
    .select({ id: datasets.id, name: datasets.name })
    .from(datasets)
    .where(and(eq(datasets.projectId, ctx.projectId), isMeant(parsed.name, datasets.id, datasets.name)));
  const dataset = pickNamed(named, parsed.name, "dataset");
  const [found] = await ctx.db
    .select()
    .from(datasetVersions)
    .where(
      and(
        mine,
        eq(datasetVersions.datasetId, dataset.id),
        number === null ? undefined : eq(datasetVersions.version, number),
      ),
    )
    .orderBy(desc(datasetVersions.version))
    .limit(1);
  if (!found) throw new DomainError("NOT_FOUND", `there is no dataset ${dataset.name}${number ? `/${number}` : ""}`);
  return found;
}
