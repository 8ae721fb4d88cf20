import { and, desc, eq, isNull, like, lt, ne } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { evals } from "#db/schema/evals.ts";
import { aliases, models, modelVersions } from "#db/schema/models.ts";
import { requests } from "#db/schema/requests.ts";
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
    db
      .select({ id: requests.id, model: requests.model, receivedAt: requests.receivedAt })
      .from(requests)
      .where(and(eq(requests.projectId, projectId), like(requests.actor, "key:%"), lt(requests.status, 400)))
      .orderBy(desc(requests.receivedAt))
      .limit(1),
  ]);
  return {
    dataset: dataset[0] ?? null,
    run: run[0] ?? null,
    eval: evaluation[0] ?? null,
    champion: champion[0] ?? null,
    deployment: deployment[0] ?? null,
    call: call[0] ?? null,
  };
}
