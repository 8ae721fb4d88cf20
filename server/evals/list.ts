import { and, count, eq, inArray, or, sql } from "drizzle-orm";
import { evals, suites } from "#db/schema/evals.ts";
import type { Ctx } from "#server/context.ts";
import { ListEvals } from "#server/evals/input.ts";
import { namedSides } from "#server/evals/show.ts";
import { keyset, pageOf } from "#server/page.ts";
import { contains } from "#server/text/name-search.ts";

const { candidate, baseline } = namedSides();

const sortKeys = {
  name: { value: sql`(${candidate.model.name} || '/' || ${candidate.version.version})`, as: "name" },
  suite: { value: suites.name, as: "name" },
  cases: { value: suites.cases, as: "float8" },
  status: { value: evals.status, as: "text" },
  difference: { value: sql`(${evals.summary}->'graders'->0->'difference'->>'score')::float8`, as: "float8" },
  started: { value: evals.createdAt, as: "timestamptz", always: true },
} as const;

/** Evals of the project in any order → `{items, nextCursor, total}`; `headline` is the first grader's comparison, null until it has ended. */
export async function listEvals(ctx: Ctx, request: ListEvals) {
  const input = ListEvals.parse(request);
  const { search } = input;
  const version = input.modelVersionId;
  const matches = and(
    eq(evals.projectId, ctx.projectId),
    input.status?.length ? inArray(evals.status, input.status) : undefined,
    version ? or(eq(evals.candidateVersionId, version), eq(evals.baselineVersionId, version)) : undefined,
    search
      ? or(...[suites.name, candidate.model.name, baseline.model.name].map((name) => contains(name, search)))
      : undefined,
  );
  const { place, after, orderBy } = keyset(sortKeys, evals.id, input.sort, input.cursor);
  const [rows, [counted]] = await Promise.all([
    ctx.db
      .select({
        eval: evals,
        suite: { id: suites.id, name: suites.name, cases: suites.cases },
        candidateModel: candidate.model.name,
        candidateVersion: candidate.version.version,
        baselineModel: baseline.model.name,
        baselineVersion: baseline.version.version,
        place,
      })
      .from(evals)
      .innerJoin(suites, eq(suites.id, evals.suiteId))
      .innerJoin(candidate.version, eq(candidate.version.id, evals.candidateVersionId))
      .innerJoin(candidate.model, eq(candidate.model.id, candidate.version.modelId))
      .innerJoin(baseline.version, eq(baseline.version.id, evals.baselineVersionId))
      .innerJoin(baseline.model, eq(baseline.model.id, baseline.version.modelId))
      .where(and(matches, after))
      .orderBy(...orderBy)
      .limit(input.limit + 1),
    ctx.db
      .select({ total: count() })
      .from(evals)
      .innerJoin(suites, eq(suites.id, evals.suiteId))
      .innerJoin(candidate.version, eq(candidate.version.id, evals.candidateVersionId))
      .innerJoin(candidate.model, eq(candidate.model.id, candidate.version.modelId))
      .innerJoin(baseline.version, eq(baseline.version.id, evals.baselineVersionId))
      .innerJoin(baseline.model, eq(baseline.model.id, baseline.version.modelId))
      .where(matches),
  ]);
  const { page, nextCursor } = pageOf(rows, input.limit, input.sort, (row) => row.eval.id);
  const items = page.map((row) => {
    const { summary, ...rest } = row.eval;
    return {
      ...rest,
      suite: row.suite,
      candidate: `${row.candidateModel}/${row.candidateVersion}`,
      baseline: `${row.baselineModel}/${row.baselineVersion}`,
      headline: summary?.graders[0] ?? null,
      /** null until it has ended, and for evals from before it was looked up */
      overlap: summary?.overlap ?? null,
    };
  });
  return { items, nextCursor, total: counted?.total ?? 0 };
}
