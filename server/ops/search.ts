import { and, desc, eq, isNull, or, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { evals, suites } from "#db/schema/evals.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { members, users } from "#db/schema/people.ts";
import { runs } from "#db/schema/runs.ts";
import { contains } from "#server/contains.ts";
import type { Ctx } from "#server/context.ts";
import type { Search } from "#server/ops/input.ts";
import { searchRequests } from "#server/ops/search-requests.ts";

const mostOfAKind = 5;
const idCharacters = /^[0-9a-z_-]{4,40}$/;

export type FoundKind =
  | "dataset"
  | "run"
  | "eval"
  | "model"
  | "version"
  | "deployment"
  | "revision"
  | "key"
  | "member"
  | "request";

/** `of` is the id whose page shows it, another than `id` for versions and revisions, with the number of a version. */
export type Found = { kind: FoundKind; id: string; name: string; of?: { id: string; number: number } };

/**
 * Things of this project whose name contains the text in any case, or whose id is it or ends with it (short ids), and
 * versions by `NAME/3`; newest first.
 */
export async function search(ctx: Ctx, { text }: Search): Promise<Found[]> {
  const id = text.toLowerCase();
  const isId = idCharacters.test(id);
  const hasId = (column: PgColumn) => (isId ? sql`right(${column}, ${id.length}) = ${id}` : undefined);
  const fits = (column: PgColumn, ...names: PgColumn[]) =>
    or(...names.map((name) => contains(name, text)), hasId(column));
  const mine = (column: PgColumn, ...more: (SQL | undefined)[]) => and(eq(column, ctx.projectId), ...more);
  const [, numbered, number] = /^(.+)\/v?(\d{1,9})$/i.exec(text) ?? [];
  const isNumbered = (name: PgColumn, version: PgColumn) =>
    numbered && number ? and(contains(name, numbered), eq(version, Number(number))) : undefined;
  // an or() of nothing would let every row through
  const any = (...conditions: (SQL | undefined)[]) => or(...conditions) ?? sql`false`;

  const version = sql`exists (select 1 from ${datasetVersions} v where v.dataset_id = ${datasets.id} and v.deleted_at is null
    and right(v.id, ${id.length}) = ${id})`;
  const numberedVersion = sql`exists (select 1 from ${datasetVersions} v where v.dataset_id = ${datasets.id} and v.deleted_at is null
    and v.version = ${Number(number)})`;
  const found = await Promise.all([
    ctx.db
      .select({ id: datasets.id, name: datasets.name })
      .from(datasets)
      .where(
        mine(
          datasets.projectId,
          isNull(datasets.archivedAt),
          isNull(datasets.deletedAt),
          or(
            fits(datasets.id, datasets.name),
            isId ? version : undefined,
            numbered ? and(contains(datasets.name, numbered), numberedVersion) : undefined,
          ),
        ),
      )
      .orderBy(desc(datasets.id))
      .limit(mostOfAKind)
      .then(as("dataset")),
    ctx.db
      .select({ id: runs.id, name: runs.name })
      .from(runs)
      .where(mine(runs.projectId, isNull(runs.deletedAt), fits(runs.id, runs.name)))
      .orderBy(desc(runs.id))
      .limit(mostOfAKind)
      .then(as("run")),
    ctx.db
      .select({ id: evals.id, name: suites.name })
      .from(evals)
      .innerJoin(suites, eq(suites.id, evals.suiteId))
      .where(mine(evals.projectId, fits(evals.id, suites.name)))
      .orderBy(desc(evals.id))
      .limit(mostOfAKind)
      .then(as("eval")),
    ctx.db
      .select({ id: models.id, name: models.name })
      .from(models)
      .where(mine(models.projectId, isNull(models.archivedAt), isNull(models.deletedAt), fits(models.id, models.name)))
      .orderBy(desc(models.id))
      .limit(mostOfAKind)
      .then(as("model")),
    ctx.db
      .select({
        id: modelVersions.id,
        name: sql<string>`${models.name} || '/' || ${modelVersions.version}`,
        of: { id: models.id, number: modelVersions.version },
      })
      .from(modelVersions)
      .innerJoin(models, eq(models.id, modelVersions.modelId))
      .where(
        mine(
          modelVersions.projectId,
          isNull(models.archivedAt),
          isNull(modelVersions.deletedAt),
          any(
            hasId(modelVersions.id),
            isNumbered(models.name, modelVersions.version),
            id.startsWith("ft:") ? contains(modelVersions.fineTunedName, text) : undefined,
          ),
        ),
      )
      .orderBy(desc(modelVersions.id))
      .limit(mostOfAKind)
      .then(as("version")),
    ctx.db
      .select({ id: deployments.id, name: deployments.name })
      .from(deployments)
      .where(mine(deployments.projectId, isNull(deployments.archivedAt), fits(deployments.id, deployments.name)))
      .orderBy(desc(deployments.id))
      .limit(mostOfAKind)
      .then(as("deployment")),
    ctx.db
      .select({
        id: revisions.id,
        name: sql<string>`${deployments.name} || ' v' || ${revisions.number}`,
        of: { id: deployments.id, number: revisions.number },
      })
      .from(revisions)
      .innerJoin(deployments, eq(deployments.id, revisions.deploymentId))
      .where(
        mine(
          revisions.projectId,
          isNull(deployments.deletedAt),
          any(hasId(revisions.id), isNumbered(deployments.name, revisions.number)),
        ),
      )
      .orderBy(desc(revisions.id))
      .limit(mostOfAKind)
      .then(as("revision")),
    ctx.db
      .select({ id: apiKeys.id, name: apiKeys.name })
      .from(apiKeys)
      .where(mine(apiKeys.projectId, isNull(apiKeys.revokedAt), fits(apiKeys.id, apiKeys.name)))
      .orderBy(desc(apiKeys.id))
      .limit(mostOfAKind)
      .then(as("key")),
    ctx.db
      .select({ id: users.id, name: users.name })
      .from(members)
      .innerJoin(users, eq(users.id, members.userId))
      .where(mine(members.projectId, fits(users.id, users.name, users.email)))
      .orderBy(desc(users.id))
      .limit(mostOfAKind)
      .then(as("member")),
    (isId ? searchRequests(ctx, id) : Promise.resolve([])).then(as("request")),
  ]);
  return found.flat();
}

function as(kind: FoundKind) {
  return (rows: Omit<Found, "kind">[]): Found[] => rows.map((row) => ({ kind, ...row }));
}
