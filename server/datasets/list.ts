import { and, count, eq, inArray, isNotNull, isNull, sql } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { suites } from "#db/schema/evals.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { ListDatasets } from "#server/datasets/input.ts";
import { versionView } from "#server/datasets/version-view.ts";
import { keyset, pageOf } from "#server/page.ts";
import { contains } from "#server/text/name-search.ts";

/** For the order by use alone, which looks at every dataset: a page counts those of its own rows. */
const uses = sql`((select count(*) from dataset_versions v join ${runs} on ${runs.datasetVersionId} = v.id
    where v.dataset_id = ${datasets.id} and ${runs.deletedAt} is null)
  + (select count(*) from dataset_versions v join ${suites} on ${suites.datasetVersionId} = v.id
    where v.dataset_id = ${datasets.id} and ${suites.deletedAt} is null))`;

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
  used: { value: uses, as: "float8" },
  updated: {
    value: sql`coalesce(${datasetVersions.readyAt}, ${datasetVersions.createdAt})`,
    as: "timestamptz",
    always: true,
  },
} as const;

/**
 * Datasets by their newest version, in any order → `{items: [{id, name, latest, usedBy: {runs, suites}, bytesPerSecond}], nextCursor, total}`.
 * `total` counts what the filter matches; `bytesPerSecond` is the rate of an import that runs, else null. In the order of their
 * last change an index leads to the rows of the page, and nobody asks which of the others' versions is the newest.
 */
export async function listDatasets(ctx: Ctx, request: ListDatasets) {
  const input = ListDatasets.parse(request);
  const newest = sql`${datasetVersions.version} =
    (select max(v.version) from dataset_versions v where v.dataset_id = ${datasetVersions.datasetId} and v.deleted_at is null)`;
  const named = and(
    eq(datasets.projectId, ctx.projectId),
    input.archived ? isNotNull(datasets.archivedAt) : isNull(datasets.archivedAt),
    isNull(datasets.deletedAt),
    input.search ? contains(datasets.name, input.search) : undefined,
    input.name ? eq(datasets.name, input.name) : undefined,
  );
  const matches = and(
    named,
    eq(datasetVersions.projectId, ctx.projectId),
    newest,
    input.shape?.length ? inArray(datasetVersions.shape, input.shape) : undefined,
    input.status?.length ? inArray(datasetVersions.status, input.status) : undefined,
  );
  const { place, after, orderBy } = keyset(sortKeys, datasetVersions.id, input.sort, input.cursor);
  const needsVersion = Boolean(input.shape?.length || input.status?.length);
  const [rows, [counted]] = await Promise.all([
    ctx.db
      .select({
        id: datasets.id,
        name: datasets.name,
        latest: datasetVersions,
        bytesPerSecond: rate,
        place,
      })
      .from(datasets)
      .innerJoin(datasetVersions, eq(datasetVersions.datasetId, datasets.id))
      .where(and(matches, after))
      .orderBy(...orderBy)
      .limit(input.limit + 1),
    needsVersion
      ? ctx.db
          .select({ total: count() })
          .from(datasets)
          .innerJoin(datasetVersions, eq(datasetVersions.datasetId, datasets.id))
          .where(matches)
      : ctx.db.select({ total: count() }).from(datasets).where(named),
  ]);
  const { page, nextCursor } = pageOf(rows, input.limit, input.sort, (row) => row.latest.id);
  const usedBy = await usesOf(
    ctx,
    page.map((row) => row.id),
  );
  const items = page.map(({ latest, ...row }) => ({
    ...row,
    latest: versionView(latest),
    usedBy: usedBy.get(row.id) ?? { runs: 0, suites: 0 },
  }));
  return { items, nextCursor, total: counted?.total ?? 0 };
}

/** How many runs and suites use any version of these datasets; those that nobody uses are left out. */
async function usesOf(ctx: Ctx, datasetIds: readonly string[]) {
  const used = new Map<string, { runs: number; suites: number }>();
  if (datasetIds.length === 0) return used;
  const of = (table: typeof runs | typeof suites) =>
    ctx.db
      .select({ id: datasetVersions.datasetId, uses: count() })
      .from(datasetVersions)
      .innerJoin(table, and(eq(table.datasetVersionId, datasetVersions.id), isNull(table.deletedAt)))
      .where(and(inArray(datasetVersions.datasetId, [...datasetIds]), eq(datasetVersions.projectId, ctx.projectId)))
      .groupBy(datasetVersions.datasetId);
  const [byRuns, bySuites] = await Promise.all([of(runs), of(suites)]);
  for (const { id, uses } of byRuns) used.set(id, { runs: uses, suites: 0 });
  for (const { id, uses } of bySuites) used.set(id, { runs: used.get(id)?.runs ?? 0, suites: uses });
  return used;
}

/** Bytes read per second since the import began, by the database's clock. */
export const rate = sql<
  number | null
>`case when ${datasetVersions.status} = 'importing' and ${datasetVersions.bytesRead} > 0
  then ${datasetVersions.bytesRead} / greatest(0.1, extract(epoch from now() - ${datasetVersions.leasedAt})) end`.mapWith(
  (value: unknown) => (value === null ? null : Number(value)),
);
