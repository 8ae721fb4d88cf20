import { aliasedTable, and, desc, eq, inArray, isNull, sql } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { evals, suites } from "#db/schema/evals.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { runEvents, runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";

type Where = Pick<Ctx, "db" | "projectId">;

const mostShown = 6;
const recentRuns = 5;
/** Points of a run's small loss curve. */
const curvePoints = 40;

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
      .innerJoin(candidate, eq(candidate.id, evals.candidateVersionId))
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

/** Every n-th metric event, so that a run of a million steps sends no more than one of forty. */
async function lossCurves({ db, projectId }: Where, runIds: string[]) {
  const curves = new Map<string, number[]>();
  if (runIds.length === 0) return curves;
  const numbered = db
    .select({
      runId: runEvents.runId,
      seq: runEvents.seq,
      loss: sql<number>`(${runEvents.body}->>'loss')::double precision`.as("loss"),
      place: sql<number>`row_number() over (partition by ${runEvents.runId} order by ${runEvents.seq})`.as("place"),
      total: sql<number>`count(*) over (partition by ${runEvents.runId})`.as("total"),
    })
    .from(runEvents)
    .where(
      and(
        eq(runEvents.projectId, projectId),
        inArray(runEvents.runId, runIds),
        eq(runEvents.type, "metric"),
        sql`jsonb_typeof(${runEvents.body}->'loss') = 'number'`,
      ),
    )
    .as("numbered");
  const points = await db
    .select({ runId: numbered.runId, loss: numbered.loss })
    .from(numbered)
    .where(sql`${numbered.place} % greatest(1, ceil(${numbered.total}::numeric / ${curvePoints})) = 0`)
    .orderBy(numbered.runId, numbered.seq);
  for (const point of points) curves.set(point.runId, [...(curves.get(point.runId) ?? []), point.loss]);
  return curves;
}
