import { and, count, eq, inArray, isNull, or, sql } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { keyset, pageOf } from "#server/page.ts";
import { ListRuns } from "#server/runs/input.ts";
import { contains } from "#server/text/name-search.ts";

/** What lists show of a run; progress as far as it has come, times by the database. */
export const runColumns = {
  id: runs.id,
  name: runs.name,
  method: runs.method,
  status: runs.status,
  modelName: runs.modelName,
  step: runs.step,
  totalSteps: runs.totalSteps,
  loss: runs.loss,
  tokensPerSecond: runs.tokensPerSecond,
  etaSeconds: runs.etaSeconds,
  error: runs.error,
  createdBy: runs.createdBy,
  createdAt: runs.createdAt,
  startedAt: runs.startedAt,
  finishedAt: runs.finishedAt,
  base: models.name,
  baseVersion: modelVersions.version,
  dataset: datasets.name,
  datasetVersion: datasetVersions.version,
};

const sortKeys = {
  name: { value: runs.name, as: "name" },
  status: { value: runs.status, as: "text" },
  base: { value: sql`(${models.name} || '/' || ${modelVersions.version})`, as: "name" },
  dataset: { value: sql`(${datasets.name} || ' v' || ${datasetVersions.version})`, as: "name" },
  loss: { value: runs.loss, as: "float8" },
  duration: { value: sql`extract(epoch from ${runs.finishedAt} - ${runs.startedAt})::float8`, as: "float8" },
  created: { value: runs.createdAt, as: "timestamptz", always: true },
} as const;

/** Runs of the project, in any order → `{items, nextCursor, total}`; `total` counts what the filter matches. */
export async function listRuns(ctx: Ctx, request: ListRuns) {
  const input = ListRuns.parse(request);
  const { search } = input;
  const matches = and(
    eq(runs.projectId, ctx.projectId),
    isNull(runs.deletedAt),
    input.status?.length ? inArray(runs.status, input.status) : undefined,
    input.baseVersionId ? eq(runs.baseVersionId, input.baseVersionId) : undefined,
    input.datasetVersionId ? eq(runs.datasetVersionId, input.datasetVersionId) : undefined,
    search
      ? or(
          ...[runs.name, runs.modelName, models.name, datasets.name].map((name) => contains(name, search)),
          sql`right(${runs.id}, 6) = ${search.toLowerCase()}`,
        )
      : undefined,
  );
  const { place, after, orderBy } = keyset(sortKeys, runs.id, input.sort, input.cursor);
  const [rows, [counted]] = await Promise.all([
    ctx.db
      .select({ ...runColumns, place })
      .from(runs)
      .innerJoin(modelVersions, eq(modelVersions.id, runs.baseVersionId))
      .innerJoin(models, eq(models.id, modelVersions.modelId))
      .innerJoin(datasetVersions, eq(datasetVersions.id, runs.datasetVersionId))
      .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
      .where(and(matches, after))
      .orderBy(...orderBy)
      .limit(input.limit + 1),
    ctx.db
      .select({ total: count() })
      .from(runs)
      .innerJoin(modelVersions, eq(modelVersions.id, runs.baseVersionId))
      .innerJoin(models, eq(models.id, modelVersions.modelId))
      .innerJoin(datasetVersions, eq(datasetVersions.id, runs.datasetVersionId))
      .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
      .where(matches),
  ]);
  const { page, nextCursor } = pageOf(rows, input.limit, input.sort, (row) => row.id);
  return { items: page, nextCursor, total: counted?.total ?? 0 };
}
