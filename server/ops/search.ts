import { and, desc, eq, isNull, or, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { evals, suites } from "#db/schema/evals.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { models, modelVersions } from "#db/schema/models.ts";
import { members, users } from "#db/schema/people.ts";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import type { Search } from "#server/ops/input.ts";
import { searchRequests } from "#server/requests/search.ts";
import { meantWord } from "#server/text/fuzzy.rule.ts";
import { contains, fitRank, fitsName } from "#server/text/name-search.ts";

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

/** A kind of which there is more than was listed; `text` finds the rest in its list, spelt as the best of them is. */
type More = { kind: FoundKind; text: string };

/**
 * Things of this project whose name fits the text, or whose id is it or ends with it (short ids), and versions by `NAME/3` →
 * `{items, more}`: exact names and ids first, then prefixes, words, parts, and names with one slip; equals newest first, five
 * of a kind at most. `more` are the kinds that have others, with what their list is to be asked for. A pass over each kind's names: 20 ms at 3,000 of each.
 */
export async function search(ctx: Ctx, { text }: Search): Promise<{ items: Found[]; more: More[] }> {
  const id = text.toLowerCase();
  const isId = idCharacters.test(id);
  const hasId = (column: PgColumn) => (isId ? sql`right(${column}, ${id.length}) = ${id}` : undefined);
  const fits = (column: PgColumn, ...names: PgColumn[]) =>
    or(...names.map((name) => fitsName(name, text)), hasId(column));
  const mine = (column: PgColumn, ...more: (SQL | undefined)[]) => and(eq(column, ctx.projectId), ...more);
  const [, numbered, number] = /^(.+)\/v?(\d{1,9})$/i.exec(text) ?? [];
  const isNumbered = (name: PgColumn, version: PgColumn) =>
    numbered && number ? and(contains(name, numbered), eq(version, Number(number))) : undefined;
  // an or() of nothing would let every row through
  const any = (...conditions: (SQL | undefined)[]) => or(...conditions) ?? sql`false`;

  /** an id is as good as an exact name */
  const rankOf = (column: PgColumn, name: SQLWrapper) =>
    sql<number>`case when ${hasId(column) ?? sql`false`} then 0 else ${fitRank(name, text)} end`;
  const version = sql`exists (select 1 from ${datasetVersions} v where v.dataset_id = ${datasets.id} and v.deleted_at is null
    and right(v.id, ${id.length}) = ${id})`;
  const numberedVersion = sql`exists (select 1 from ${datasetVersions} v where v.dataset_id = ${datasets.id} and v.deleted_at is null
    and v.version = ${Number(number)})`;
  const found = await Promise.all([
    ctx.db
      .select({ id: datasets.id, name: datasets.name, rank: rankOf(datasets.id, datasets.name) })
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
      .orderBy(rankOf(datasets.id, datasets.name), desc(datasets.id))
      .limit(mostOfAKind + 1)
      .then(as("dataset")),
    ctx.db
      .select({ id: runs.id, name: runs.name, rank: rankOf(runs.id, runs.name) })
      .from(runs)
      .where(mine(runs.projectId, isNull(runs.deletedAt), fits(runs.id, runs.name)))
      .orderBy(rankOf(runs.id, runs.name), desc(runs.id))
      .limit(mostOfAKind + 1)
      .then(as("run")),
    ctx.db
      .select({ id: evals.id, name: suites.name, rank: rankOf(evals.id, suites.name) })
      .from(evals)
      .innerJoin(suites, eq(suites.id, evals.suiteId))
      .where(mine(evals.projectId, fits(evals.id, suites.name)))
      .orderBy(rankOf(evals.id, suites.name), desc(evals.id))
      .limit(mostOfAKind + 1)
      .then(as("eval")),
    ctx.db
      .select({ id: models.id, name: models.name, rank: rankOf(models.id, models.name) })
      .from(models)
      .where(mine(models.projectId, isNull(models.archivedAt), isNull(models.deletedAt), fits(models.id, models.name)))
      .orderBy(rankOf(models.id, models.name), desc(models.id))
      .limit(mostOfAKind + 1)
      .then(as("model")),
    ctx.db
      .select({
        id: modelVersions.id,
        name: sql<string>`${models.name} || '/' || ${modelVersions.version}`,
        of: { id: models.id, number: modelVersions.version },
        rank: sql<number>`0`,
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
      .limit(mostOfAKind + 1)
      .then(as("version")),
    ctx.db
      .select({ id: deployments.id, name: deployments.name, rank: rankOf(deployments.id, deployments.name) })
      .from(deployments)
      .where(mine(deployments.projectId, isNull(deployments.archivedAt), fits(deployments.id, deployments.name)))
      .orderBy(rankOf(deployments.id, deployments.name), desc(deployments.id))
      .limit(mostOfAKind + 1)
      .then(as("deployment")),
    ctx.db
      .select({
        id: revisions.id,
        name: sql<string>`${deployments.name} || ' v' || ${revisions.number}`,
        of: { id: deployments.id, number: revisions.number },
        rank: sql<number>`0`,
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
      .limit(mostOfAKind + 1)
      .then(as("revision")),
    ctx.db
      .select({ id: apiKeys.id, name: apiKeys.name, rank: rankOf(apiKeys.id, apiKeys.name) })
      .from(apiKeys)
      .where(mine(apiKeys.projectId, isNull(apiKeys.revokedAt), fits(apiKeys.id, apiKeys.name)))
      .orderBy(rankOf(apiKeys.id, apiKeys.name), desc(apiKeys.id))
      .limit(mostOfAKind + 1)
      .then(as("key")),
    ctx.db
      .select({ id: users.id, name: users.name, rank: rankOf(users.id, users.name) })
      .from(members)
      .innerJoin(users, eq(users.id, members.userId))
      .where(mine(members.projectId, fits(users.id, users.name, users.email)))
      .orderBy(rankOf(users.id, users.name), desc(users.id))
      .limit(mostOfAKind + 1)
      .then(as("member")),
    (isId ? searchRequests(ctx, id) : Promise.resolve([])).then(as("request")),
  ]);
  const items = found
    .flatMap((kind) => kind.slice(0, mostOfAKind))
    .sort((a, b) => a.rank - b.rank) // stable: equals stay in the order of kinds, newest first
    .map(({ rank, ...item }) => item);
  const more = found.flatMap(([best, ...others]) =>
    best && others.length >= mostOfAKind ? [{ kind: best.kind, text: meantWord(best.name, text) }] : [],
  );
  return { items, more };
}

type Ranked = Found & { rank: number };

/** A request is found by its id alone. */
function as(kind: FoundKind) {
  return (rows: (Omit<Found, "kind"> & { rank?: number })[]): Ranked[] =>
    rows.map((row) => ({ kind, ...row, rank: row.rank ?? 0 }));
}
