import { and, count, eq, inArray, isNotNull, isNull, sql } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { suites } from "#db/schema/evals.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { ListDatasets } from "#server/datasets/input.ts";
import { versionView } from "#server/datasets/version-view.ts";
import { keyset, pageOf } from "#server/page.ts";
import { contains } from "#server/text/name-search.ts";

const versionsOf = sql`(select v.id from dataset_versions v where v.dataset_id = ${datasets.id})`;
const usedByRuns = sql<number>`(select count(*)::int from ${runs} where ${runs.datasetVersionId} in ${versionsOf}
  and ${runs.deletedAt} is null)`;
const usedBySuites = sql<number>`(select count(*)::int from ${suites} where ${suites.datasetVersionId} in ${versionsOf}
  and ${suites.deletedAt} is null)`;

const sortKeys = {
  name: { value: datasets.name, as: "name" },
  shape: { value: datasetVersions.shape, as: "text" },
  rows: { value: datasetVersions.rowsRead, as: "float8" },
  size: { value: datasetVersions.sourceBytes, as: "float8" },
  status: { value: datasetVersions.status, as: "text" },
  findings: {
    value: sql`coalesce(${datasetVersions.problemCount}, 0) + coalesce(${datasetVersions.duplicateRows}, 0)`,
    as: "float8",
  },
  used: { value: sql`(${usedByRuns} + ${usedBySuites})`, as: "float8" },
  updated: {
    value: sql`coalesce(${datasetVersions.readyAt}, ${datasetVersions.createdAt})`,
    as: "timestamptz",
    always: true,
  },
} as const;

/**
 * Datasets by their newest version, in any order → `{items: [{id, name, latest, usedBy: {runs, suites}, bytesPerSecond}], nextCursor, total}`.
 * `total` counts what the filter matches; `bytesPerSecond` is the rate of an import that runs, else null.
 */
export async function listDatasets(ctx: Ctx, request: ListDatasets) {
  const input = ListDatasets.parse(request);
  const newest = sql`${datasetVersions.version} =
    (select max(v.version) from dataset_versions v where v.dataset_id = ${datasets.id} and v.deleted_at is null)`;
  const matches = and(
    eq(datasets.projectId, ctx.projectId),
    input.archived ? isNotNull(datasets.archivedAt) : isNull(datasets.archivedAt),
    isNull(datasets.deletedAt),
    newest,
    input.search ? contains(datasets.name, input.search) : undefined,
    input.name ? eq(datasets.name, input.name) : undefined,
    input.shape?.length ? inArray(datasetVersions.shape, input.shape) : undefined,
    input.status?.length ? inArray(datasetVersions.status, input.status) : undefined,
  );
  const { place, after, orderBy } = keyset(sortKeys, datasetVersions.id, input.sort, input.cursor);
  const [rows, [counted]] = await Promise.all([
    ctx.db
      .select({
        id: datasets.id,
        name: datasets.name,
        latest: datasetVersions,
        runs: usedByRuns,
        suites: usedBySuites,
        bytesPerSecond: rate,
        place,
      })
      .from(datasets)
      .innerJoin(datasetVersions, eq(datasetVersions.datasetId, datasets.id))
      .where(and(matches, after))
      .orderBy(...orderBy)
      .limit(input.limit + 1),
    ctx.db
      .select({ total: count() })
      .from(datasets)
      .innerJoin(datasetVersions, eq(datasetVersions.datasetId, datasets.id))
      .where(matches),
  ]);
  const { page, nextCursor } = pageOf(rows, input.limit, input.sort, (row) => row.latest.id);
  const items = page.map(({ latest, runs, suites, ...row }) => ({
    ...row,
    latest: versionView(latest),
    usedBy: { runs, suites },
  }));
  return { items, nextCursor, total: counted?.total ?? 0 };
}

/** Bytes read per second since the import began, by the database's clock. */
export const rate = sql<
  number | null
>`case when ${datasetVersions.status} = 'importing' and ${datasetVersions.bytesRead} > 0
  then ${datasetVersions.bytesRead} / greatest(0.1, extract(epoch from now() - ${datasetVersions.leasedAt})) end`.mapWith(
  (value: unknown) => (value === null ? null : Number(value)),
);
