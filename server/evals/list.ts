import { and, count, eq, inArray, or, sql } from "drizzle-orm";
import { evals, evalTargets, suites } from "#db/schema/evals.ts";
import type { Ctx } from "#server/context.ts";
import { ListEvals } from "#server/evals/input.ts";
import { namedSides } from "#server/evals/targets.ts";
import { keyset, pageOf } from "#server/page.ts";
import { contains } from "#server/text/name-search.ts";

const { candidate, baseline } = namedSides();

const isCandidate = and(eq(candidate.target.evalId, evals.id), eq(candidate.target.position, 0));
const isBaseline = and(eq(baseline.target.evalId, evals.id), baseline.target.isBaseline);

const sortKeys = {
  name: { value: sql`(${candidate.model.name} || '/' || ${candidate.version.version})`, as: "name" },
  suite: { value: suites.name, as: "name" },
  cases: { value: suites.cases, as: "float8" },
  status: { value: evals.status, as: "text" },
  difference: { value: sql`(${candidate.target.summary}->'graders'->0->'difference'->>'score')::float8`, as: "float8" },
  started: { value: evals.createdAt, as: "timestamptz", always: true },
} as const;

/**
 * Evals of the project in any order → `{items, nextCursor, total}`; `headline` is how the first target compares with the
 * baseline by the first grader, null until the eval has ended.
 */
export async function listEvals(ctx: Ctx, request: ListEvals) {
  const input = ListEvals.parse(request);
  const { search } = input;
  const version = input.modelVersionId;
  const matches = and(
    eq(evals.projectId, ctx.projectId),
    input.status?.length ? inArray(evals.status, input.status) : undefined,
    version ? inArray(evals.id, evalsOfVersion(ctx, version)) : undefined,
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
        summary: candidate.target.summary,
        place,
      })
      .from(evals)
      .innerJoin(suites, eq(suites.id, evals.suiteId))
      .innerJoin(candidate.target, isCandidate)
      .innerJoin(candidate.version, eq(candidate.version.id, candidate.target.modelVersionId))
      .innerJoin(candidate.model, eq(candidate.model.id, candidate.version.modelId))
      .innerJoin(baseline.target, isBaseline)
      .innerJoin(baseline.version, eq(baseline.version.id, baseline.target.modelVersionId))
      .innerJoin(baseline.model, eq(baseline.model.id, baseline.version.modelId))
      .where(and(matches, after))
      .orderBy(...orderBy)
      .limit(input.limit + 1),
    ctx.db
      .select({ total: count() })
      .from(evals)
      .innerJoin(suites, eq(suites.id, evals.suiteId))
      .innerJoin(candidate.target, isCandidate)
      .innerJoin(candidate.version, eq(candidate.version.id, candidate.target.modelVersionId))
      .innerJoin(candidate.model, eq(candidate.model.id, candidate.version.modelId))
      .innerJoin(baseline.target, isBaseline)
      .innerJoin(baseline.version, eq(baseline.version.id, baseline.target.modelVersionId))
      .innerJoin(baseline.model, eq(baseline.model.id, baseline.version.modelId))
      .where(matches),
  ]);
  const { page, nextCursor } = pageOf(rows, input.limit, input.sort, (row) => row.eval.id);
  const items = page.map((row) => {
    const { summary } = row;
    return {
      ...row.eval,
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

/** The evals that have this version among their targets. */
function evalsOfVersion({ db, projectId }: Ctx, versionId: string) {
  return db
    .select({ id: evalTargets.evalId })
    .from(evalTargets)
    .where(and(eq(evalTargets.modelVersionId, versionId), eq(evalTargets.projectId, projectId)));
}
