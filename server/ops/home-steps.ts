import { and, desc, eq, gte, isNull, like, lt, ne } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { evals } from "#db/schema/evals.ts";
import { aliases, models, modelVersions } from "#db/schema/models.ts";
import { requestMinutes, requestSeries, requests } from "#db/schema/requests.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";

/**
 * The six steps of a new project, each with the newest thing that proves it done, or null:
 * a ready dataset, a succeeded run, a finished eval, a tuned champion, a live revision, an answer to an API key.
 */
export async function homeSteps({ db, projectId }: Pick<Ctx, "db" | "projectId">) {
  const [dataset, run, evaluation, champion, deployment, call] = await Promise.all([
    db
      .select({
        id: datasets.id,
        name: datasets.name,
        version: datasetVersions.version,
        trainRows: datasetVersions.trainRows,
        validationRows: datasetVersions.validationRows,
      })
      .from(datasetVersions)
      .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
      .where(
        and(
          eq(datasetVersions.projectId, projectId),
          eq(datasetVersions.status, "ready"),
          isNull(datasets.archivedAt),
          isNull(datasetVersions.deletedAt),
        ),
      )
      .orderBy(desc(datasetVersions.id))
      .limit(1),
    db
      .select({ id: runs.id, name: runs.name, loss: runs.loss })
      .from(runs)
      .where(and(eq(runs.projectId, projectId), eq(runs.status, "succeeded"), isNull(runs.deletedAt)))
      .orderBy(desc(runs.id))
      .limit(1),
    db
      .select({ id: evals.id, casesTotal: evals.casesTotal })
      .from(evals)
      .where(and(eq(evals.projectId, projectId), eq(evals.status, "succeeded")))
      .orderBy(desc(evals.id))
      .limit(1),
    db
      .select({ id: models.id, name: models.name, version: modelVersions.version })
      .from(aliases)
      .innerJoin(models, eq(models.id, aliases.modelId))
      .innerJoin(modelVersions, eq(modelVersions.id, aliases.modelVersionId))
      .where(and(eq(aliases.projectId, projectId), eq(aliases.alias, "champion"), ne(models.kind, "base")))
      .orderBy(desc(aliases.movedAt))
      .limit(1),
    db
      .select({ id: deployments.id, name: deployments.name })
      .from(revisions)
      .innerJoin(deployments, eq(deployments.id, revisions.deploymentId))
      .where(and(eq(revisions.projectId, projectId), isNull(revisions.retiredAt), isNull(deployments.archivedAt)))
      .orderBy(desc(revisions.id))
      .limit(1),
    newestKeyCall({ db, projectId }),
  ]);
  return {
    dataset: dataset[0] ?? null,
    run: run[0] ?? null,
    eval: evaluation[0] ?? null,
    champion: champion[0] ?? null,
    deployment: deployment[0] ?? null,
    call,
  };
}

/** The newest answer to an API key: its minute by the rollups, then in the log from there on, however long ago it was. */
async function newestKeyCall({ db, projectId }: Pick<Ctx, "db" | "projectId">) {
  const byKey = and(
    eq(requestSeries.projectId, projectId),
    like(requestSeries.actor, "key:%"),
    eq(requestSeries.outcome, "answered"),
  );
  if ((await db.$count(requestSeries, byKey)) === 0) return null;
  const [minute] = await db
    .select({ at: requestMinutes.at })
    .from(requestMinutes)
    .innerJoin(requestSeries, eq(requestSeries.id, requestMinutes.seriesId))
    .where(and(eq(requestMinutes.projectId, projectId), byKey))
    .orderBy(desc(requestMinutes.at))
    .limit(1);
  if (!minute) return null;
  const [call] = await db
    .select({ id: requests.id, model: requests.model, receivedAt: requests.receivedAt })
    .from(requests)
    .where(
      and(
        eq(requests.projectId, projectId),
        gte(requests.receivedAt, minute.at),
        like(requests.actor, "key:%"),
        lt(requests.status, 400),
      ),
    )
    .orderBy(desc(requests.receivedAt))
    .limit(1);
  return call ?? null;
}
