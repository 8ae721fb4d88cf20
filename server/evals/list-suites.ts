import { and, desc, eq, isNull, sql } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { evals, suites } from "#db/schema/evals.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import type { Ctx } from "#server/context.ts";

/** The project's suites, newest first, each with its source, how many evals ran on it and whose version was the last candidate. */
export async function listSuites(ctx: Ctx) {
  return ctx.db
    .select({
      id: suites.id,
      name: suites.name,
      split: suites.split,
      graders: suites.graders,
      cases: suites.cases,
      maxTokens: suites.maxTokens,
      createdAt: suites.createdAt,
      datasetId: datasets.id,
      dataset: datasets.name,
      datasetVersion: datasetVersions.version,
      datasetVersionId: datasetVersions.id,
      evals: sql<number>`(select count(*)::int from ${evals} where ${evals.suiteId} = ${suites.id})`,
      lastModel: sql<string | null>`(select ${models.name} from ${evals}
        join ${modelVersions} on ${modelVersions.id} = ${evals.candidateVersionId}
        join ${models} on ${models.id} = ${modelVersions.modelId}
        where ${evals.suiteId} = ${suites.id} order by ${evals.id} desc limit 1)`,
    })
    .from(suites)
    .innerJoin(datasetVersions, eq(datasetVersions.id, suites.datasetVersionId))
    .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
    .where(and(eq(suites.projectId, ctx.projectId), isNull(suites.archivedAt)))
    .orderBy(desc(suites.id));
}
