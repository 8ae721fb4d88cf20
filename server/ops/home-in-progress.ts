import { aliasedTable, and, desc, eq, inArray, isNull, sql } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { evals, evalTargets, suites } from "#db/schema/evals.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { runEvents, runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";

type Where = Pick<Ctx, "db" | "projectId">;

const mostShown = 6;
const recentRuns = 5;
/** Points of a run's small loss curve. */
const curvePoints = 40;
/** Other events (a checkpoint, a sample, an evaluation) that may lie between two metrics. */
const mostBetween = 20;

/** What goes on now: imports (also those that wait for a person), evals. Runs are listed by homeRuns. */
export async function homeInProgress({ db, projectId }: Where) {
  const candidate = aliasedTable(modelVersions, "candidate");
  const [imports, running] = await Promise.all([
    db
      .select({
        id: datasetVersions.id,
        datasetId: datasets.id,
        name: datasets.name,
        version: datasetVersions.version,
        status: datasetVersions.status,
        bytesRead: datasetVersions.bytesRead,
        sourceBytes: datasetVersions.sourceBytes,
        badRows: datasetVersions.badRows,
        /** what a person has to decide, if anything */
        review: sql<"bad_rows" | "mapping" | null>`${datasetVersions.review} ->> 'kind'`,
      })
      .from(datasetVersions)
      .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
      .where(
        and(
          eq(datasetVersions.projectId, projectId),
          isNull(datasets.archivedAt),
          isNull(datasetVersions.deletedAt),
          inArray(datasetVersions.status, ["uploading", "importing", "needs_review"]),
        ),
      )
      .orderBy(desc(datasetVersions.id))
      .limit(mostShown),
    db
      .select({
        id: evals.id,
        status: evals.status,
        casesDone: evals.casesDone,
        casesTotal: evals.casesTotal,
        suite: suites.name,
        model: models.name,
        version: candidate.version,
      })
      .from(evals)
      .innerJoin(suites, eq(suites.id, evals.suiteId))
      .innerJoin(evalTargets, and(eq(evalTargets.evalId, evals.id), eq(evalTargets.position, 0)))
      .innerJoin(candidate, eq(candidate.id, evalTargets.modelVersionId))
      .innerJoin(models, eq(models.id, candidate.modelId))
      .where(and(eq(evals.projectId, projectId), inArray(evals.status, ["queued", "running"])))
      .orderBy(desc(evals.id))
      .limit(mostShown),
  ]);
  return { imports, evals: running };
}

/** The newest runs with their place, what they learn from, and for each the shape of its loss (at most 40 points). */
export async function homeRuns({ db, projectId }: Where) {
  const base = aliasedTable(modelVersions, "base");
  const rows = await db
    .select({
      id: runs.id,
      name: runs.name,
      method: runs.method,
      status: runs.status,
      step: runs.step,
      totalSteps: runs.totalSteps,
      loss: runs.loss,
      etaSeconds: runs.etaSeconds,
      error: runs.error,
      createdAt: runs.createdAt,
      startedAt: runs.startedAt,
      finishedAt: runs.finishedAt,
      dataset: datasets.name,
      datasetVersion: datasetVersions.version,
      baseModel: models.name,
    })
    .from(runs)
    .innerJoin(datasetVersions, eq(datasetVersions.id, runs.datasetVersionId))
    .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
    .innerJoin(base, eq(base.id, runs.baseVersionId))
    .innerJoin(models, eq(models.id, base.modelId))
    .where(and(eq(runs.projectId, projectId), isNull(runs.deletedAt)))
    .orderBy(desc(runs.id))
    .limit(recentRuns);
  const curves = await lossCurves(
    { db, projectId },
    rows.map((run) => run.id),
  );
  return rows.map((run) => ({ ...run, losses: curves.get(run.id) ?? [] }));
}

/**
 * The loss at 40 places spread over each run's events: at each the nearest metric event before it, looked for among the last
 * 20 alone. So at most 800 events of a run are read, be it a million steps long.
 */
async function lossCurves({ db, projectId }: Where, runIds: string[]) {
  const curves = new Map<string, number[]>();
  if (runIds.length === 0) return curves;
  const own = sql`run_id = run.id and project_id = ${projectId}`;
  const points = await db.execute<{ runId: string; loss: number }>(sql`
    select distinct on (run.id, point.seq) run.id as "runId", point.loss
    from jsonb_array_elements_text(${JSON.stringify(runIds)}::text::jsonb) as run(id)
      cross join lateral (select seq from ${runEvents} where ${own} order by seq desc limit 1) last
      cross join lateral (
        select ceil(last.seq * place / ${curvePoints}::float8)::int as seq from generate_series(1, ${curvePoints}::int) as place
      ) mark
      cross join lateral (
        select near.seq, (near.body->>'loss')::float8 as loss
        from ${runEvents} near where near.run_id = run.id and near.project_id = ${projectId}
          and near.seq <= mark.seq and near.seq > mark.seq - ${mostBetween}::int
          and near.type = 'metric' and jsonb_typeof(near.body->'loss') = 'number' order by near.seq desc limit 1
      ) point
    order by run.id, point.seq`);
  for (const point of points) curves.set(point.runId, [...(curves.get(point.runId) ?? []), point.loss]);
  return curves;
}
