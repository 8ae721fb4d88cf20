import { and, count, desc, eq, isNull, or, sql } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import type { Ctx } from "#server/context.ts";
import { PickDatasetVersion } from "#server/datasets/input.ts";
import type { Pick } from "#server/input.ts";
import { fitRank, fitsName } from "#server/text/name-search.ts";

/**
 * What a run or a suite can be made from: the newest ready version of each dataset, newest first or best fit to the
 * text first, and the one chosen, whichever it is, also when it does not fit → `{items: [{id, name, version, shape, trainRows, validationRows}], total}`. A dataset whose
 * latest version was refused is offered by the one before. One pass over the project's ready versions.
 */
export async function pickDatasetVersion(ctx: Ctx, request: Pick) {
  const { search, chosen = "", limit } = PickDatasetVersion.parse(request);
  const isChosen = sql`(${datasetVersions.id} = ${chosen} and ${datasetVersions.deletedAt} is null)`;
  const newestReady = sql`${datasetVersions.version} = (select max(v.version) from dataset_versions v
    where v.dataset_id = ${datasets.id} and v.status = 'ready' and v.deleted_at is null)`;
  const offered = and(
    eq(datasets.projectId, ctx.projectId),
    isNull(datasets.archivedAt),
    eq(datasetVersions.status, "ready"),
    newestReady,
    search ? fitsName(datasets.name, search) : undefined,
  );
  const pinned = search ? sql`(${isChosen} and not (${fitsName(datasets.name, search)}))` : isChosen;
  const [items, [counted]] = await Promise.all([
    ctx.db
      .select({
        id: datasetVersions.id,
        name: datasets.name,
        version: datasetVersions.version,
        shape: datasetVersions.shape,
        trainRows: datasetVersions.trainRows,
        validationRows: datasetVersions.validationRows,
      })
      .from(datasetVersions)
      .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
      .where(or(offered, and(eq(datasets.projectId, ctx.projectId), isChosen)))
      .orderBy(desc(pinned), ...(search ? [fitRank(datasets.name, search)] : []), desc(datasetVersions.id))
      .limit(limit),
    ctx.db
      .select({ total: count() })
      .from(datasetVersions)
      .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
      .where(offered),
  ]);
  return { items, total: counted?.total ?? 0 };
}
