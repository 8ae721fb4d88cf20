import { and, eq, inArray, sql } from "drizzle-orm";
import { idPrefixes } from "#db/ids.ts";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { suites } from "#db/schema/evals.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { projects, users } from "#db/schema/people.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";

const inProject = [
  { prefix: idPrefixes.key, table: apiKeys },
  { prefix: idPrefixes.dataset, table: datasets },
  { prefix: idPrefixes.model, table: models },
  { prefix: idPrefixes.deployment, table: deployments },
  { prefix: idPrefixes.run, table: runs },
  { prefix: idPrefixes.suite, table: suites },
];
const outside = [
  { prefix: idPrefixes.user, table: users },
  { prefix: idPrefixes.project, table: projects },
];

/** What people call the things behind ids; ids of other kinds, and of other projects, are left out. */
export async function namesOfTargets(
  ctx: Pick<Ctx, "db"> & { projectId: string | null },
  ids: readonly string[],
): Promise<Map<string, string>> {
  const wanted = (prefix: string) => [...new Set(ids.filter((id) => id.startsWith(prefix)))];
  const { db, projectId } = ctx;
  const found = await Promise.all([
    ...outside.map(async ({ prefix, table }) => {
      const few = wanted(prefix);
      if (few.length === 0) return [];
      return db.select({ id: table.id, name: table.name }).from(table).where(inArray(table.id, few));
    }),
    ...inProject.map(async ({ prefix, table }) => {
      const few = wanted(prefix);
      if (few.length === 0 || projectId === null) return [];
      const mine = and(inArray(table.id, few), eq(table.projectId, projectId));
      return db.select({ id: table.id, name: table.name }).from(table).where(mine);
    }),
  ]);
  if (projectId !== null) {
    const few = { versions: wanted(idPrefixes.modelVersion), datasetVersions: wanted(idPrefixes.datasetVersion) };
    found.push(await modelVersionNames(db, projectId, few.versions));
    found.push(await datasetVersionNames(db, projectId, few.datasetVersions));
    found.push(await revisionNames(db, projectId, wanted(idPrefixes.revision)));
  }
  return new Map(found.flat().map((row) => [row.id, row.name]));
}

type Db = Ctx["db"];

async function modelVersionNames(db: Db, projectId: string, ids: string[]) {
  if (ids.length === 0) return [];
  return db
    .select({ id: modelVersions.id, name: sql<string>`${models.name} || '/' || ${modelVersions.version}` })
    .from(modelVersions)
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(and(inArray(modelVersions.id, ids), eq(modelVersions.projectId, projectId)));
}

async function datasetVersionNames(db: Db, projectId: string, ids: string[]) {
  if (ids.length === 0) return [];
  return db
    .select({ id: datasetVersions.id, name: sql<string>`${datasets.name} || ' v' || ${datasetVersions.version}` })
    .from(datasetVersions)
    .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
    .where(and(inArray(datasetVersions.id, ids), eq(datasetVersions.projectId, projectId)));
}

async function revisionNames(db: Db, projectId: string, ids: string[]) {
  if (ids.length === 0) return [];
  return db
    .select({ id: revisions.id, name: sql<string>`'v' || ${revisions.number}` })
    .from(revisions)
    .where(and(inArray(revisions.id, ids), eq(revisions.projectId, projectId)));
}
