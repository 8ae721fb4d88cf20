import { and, count, desc, eq, isNull, or, sql } from "drizzle-orm";
import { datasets, datasetVersions } from "#db/schema/datasets.ts";
import { evals, suites } from "#db/schema/evals.ts";
import type { Ctx } from "#server/context.ts";
import { ListSuites } from "#server/evals/input.ts";
import { keyset, pageOf } from "#server/page.ts";
import { contains, fitRank } from "#server/text/name-search.ts";

const evalsOf = sql<number>`(select count(*)::int from ${evals} where ${evals.suiteId} = ${suites.id})`;

const sortKeys = {
  name: { value: suites.name, as: "name" },
  cases: { value: suites.cases, as: "float8" },
  evals: { value: evalsOf, as: "float8" },
  created: { value: suites.createdAt, as: "timestamptz", always: true },
} as const;

/**
 * The project's suites in any order → `{items, nextCursor, total}`, each with its source and how many evals ran on it.
 * For a picker, which sends `chosen` (an id, "" for none yet), the best fit to the text comes first, and the one chosen is
 * there, archived or not: first while nothing is typed or when it does not fit. A picker has one page.
 */
export async function listSuites(ctx: Ctx, request: ListSuites = {}) {
  const input = ListSuites.parse(request);
  const mine = and(eq(suites.projectId, ctx.projectId), isNull(suites.deletedAt));
  const isChosen = eq(suites.id, input.chosen ?? "");
  const fits = input.search ? contains(suites.name, input.search) : sql`true`;
  const matches = and(mine, isNull(suites.archivedAt), fits);
  const picking = input.chosen !== undefined;
  const pinned = input.search ? sql`(${isChosen} and not (${fits}))` : isChosen;
  const ranks = input.search ? [fitRank(suites.name, input.search)] : [];
  const { place, after, orderBy } = keyset(sortKeys, suites.id, input.sort, input.cursor);
  const [rows, [counted]] = await Promise.all([
    ctx.db
      .select({
        id: suites.id,
        name: suites.name,
        split: suites.split,
        graders: suites.graders,
        cases: suites.cases,
        leftOut: suites.leftOut,
        maxTokens: suites.maxTokens,
        createdAt: suites.createdAt,
        datasetId: datasets.id,
        dataset: datasets.name,
        datasetVersion: datasetVersions.version,
        datasetVersionId: datasetVersions.id,
        datasetDeletedAt: datasetVersions.deletedAt,
        evals: evalsOf,
        place,
      })
      .from(suites)
      .innerJoin(datasetVersions, eq(datasetVersions.id, suites.datasetVersionId))
      .innerJoin(datasets, eq(datasets.id, datasetVersions.datasetId))
      .where(picking ? or(matches, and(mine, isChosen)) : and(matches, after))
      .orderBy(...(picking ? [desc(pinned), ...ranks] : []), ...orderBy)
      .limit(input.limit + 1),
    ctx.db.select({ total: count() }).from(suites).where(matches),
  ]);
  const { page, nextCursor } = pageOf(rows, input.limit, input.sort, (row) => row.id);
  return { items: page, nextCursor: picking ? null : nextCursor, total: counted?.total ?? 0 };
}
