import { and, eq, inArray } from "drizzle-orm";
import { idPrefixes } from "#db/ids.ts";
import { datasets } from "#db/schema/datasets.ts";
import { deployments } from "#db/schema/deployments.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { models } from "#db/schema/models.ts";
import { projects, users } from "#db/schema/people.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";

const inProject = [
  { prefix: idPrefixes.key, table: apiKeys },
  { prefix: idPrefixes.dataset, table: datasets },
  { prefix: idPrefixes.model, table: models },
  { prefix: idPrefixes.deployment, table: deployments },
  { prefix: idPrefixes.run, table: runs },
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
  return new Map(found.flat().map((row) => [row.id, row.name]));
}
