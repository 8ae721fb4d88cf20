import { and, count, desc, eq, inArray, isNotNull, isNull, lt, sql } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { suites } from "#db/schema/evals.ts";
import { runs } from "#db/schema/runs.ts";
import { contains } from "#server/contains.ts";
import type { Ctx } from "#server/context.ts";
import type { ListDatasets } from "#server/datasets/input.ts";
import { versionView } from "#server/datasets/version-view.ts";

const defaultLimit = 50;

/**
 * Datasets by their newest version, newest first: `{items: [{id, name, latest, usedBy: {runs, suites}, bytesPerSecond}], nextCursor, total}`.
 * `total` counts what the filter matches; `bytesPerSecond` is the rate of an import that runs, else null.
 */
export async function listDatasets(ctx: Ctx, input: ListDatasets) {
  const limit = input.limit ?? defaultLimit;
  const newest = sql`${datasetVersions.version} =
    (select max(v.version) from dataset_versions v where v.dataset_id = ${datasets.id})`;
  const matches = and(
    eq(datasets.projectId, ctx.projectId),
    input.archived ? isNotNull(datasets.archivedAt) : isNull(datasets.archivedAt),
    newest,
    input.search ? contains(datasets.name, input.search) : undefined,
    input.shape?.length ? inArray(datasetVersions.shape, input.shape) : undefined,
    input.status?.length ? inArray(datasetVersions.status, input.status) : undefined,
  );
  const versionsOf = sql`(select v.id from dataset_versions v where v.dataset_id = ${datasets.id})`;
  const rows = await ctx.db
    .select({
      id: datasets.id,
      name: datasets.name,
      latest: datasetVersions,
      runs: sql<number>`(select count(*)::int from ${runs} where ${runs.datasetVersionId} in ${versionsOf})`,
      suites: sql<number>`(select count(*)::int from ${suites} where ${suites.datasetVersionId} in ${versionsOf})`,
      bytesPerSecond: rate,
    })
    .from(datasets)
    .innerJoin(datasetVersions, eq(datasetVersions.datasetId, datasets.id))
    .where(and(matches, input.cursor ? lt(datasetVersions.id, input.cursor) : undefined))
    .orderBy(desc(datasetVersions.id))
    .limit(limit + 1);
  const [counted] = await ctx.db
    .select({ total: count() })
    .from(datasets)
    .innerJoin(datasetVersions, eq(datasetVersions.datasetId, datasets.id))
    .where(matches);
  const items = rows.slice(0, limit).map(({ latest, runs, suites, ...row }) => ({
    ...row,
    latest: versionView(latest),
    usedBy: { runs, suites },
  }));
  return {
    items,
    nextCursor: rows.length > limit ? (items.at(-1)?.latest.id ?? null) : null,
    total: counted?.total ?? 0,
  };
}

/** Bytes read per second since the import began, by the database's clock. */
export const rate = sql<
  number | null
>`case when ${datasetVersions.status} = 'importing' and ${datasetVersions.bytesRead} > 0
  then ${datasetVersions.bytesRead} / greatest(0.1, extract(epoch from now() - ${datasetVersions.importStartedAt})) end`.mapWith(
  (value: unknown) => (value === null ? null : Number(value)),
);
