import { and, desc, eq, inArray, lt, or, sql } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { runs } from "#db/schema/runs.ts";
import { contains } from "#server/contains.ts";
import type { Ctx } from "#server/context.ts";
import { ListRuns } from "#server/runs/input.ts";

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

/** Runs of the project, newest first → `{items, nextCursor}`. */
export async function listRuns(ctx: Ctx, request: ListRuns) {
  const input = ListRuns.parse(request);
  const { search } = input;
  const rows = await ctx.db
    .select(runColumns)
    .from(runs)
    .innerJoin(modelVersions, eq(modelVersions.id, runs.baseVersionId))
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .innerJoin(datasetVersions, eq(datasetVersions.id, runs.datasetVersionId))
    .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
    .where(
      and(
        eq(runs.projectId, ctx.projectId),
        input.cursor ? lt(runs.id, input.cursor) : undefined,
        input.status?.length ? inArray(runs.status, input.status) : undefined,
        input.baseVersionId ? eq(runs.baseVersionId, input.baseVersionId) : undefined,
        input.datasetVersionId ? eq(runs.datasetVersionId, input.datasetVersionId) : undefined,
        search
          ? or(
              ...[runs.name, runs.modelName, models.name, datasets.name].map((name) => contains(name, search)),
              sql`right(${runs.id}, 6) = ${search.toLowerCase()}`,
            )
          : undefined,
      ),
    )
    .orderBy(desc(runs.id))
    .limit(input.limit + 1);
  const items = rows.slice(0, input.limit);
  return { items, nextCursor: rows.length > input.limit ? (items.at(-1)?.id ?? null) : null };
}
