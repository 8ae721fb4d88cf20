import { and, desc, eq, inArray, lt, or } from "drizzle-orm";
import { evals, suites } from "#db/schema/evals.ts";
import { contains } from "#server/contains.ts";
import type { Ctx } from "#server/context.ts";
import { ListEvals } from "#server/evals/input.ts";
import { namedSides } from "#server/evals/show.ts";
import { summaryOf } from "#server/evals/summary.ts";

/** Evals of the project, newest first → `{items, nextCursor}`; `headline` is the first grader's comparison, null until it has ended. */
export async function listEvals(ctx: Ctx, request: ListEvals) {
  const input = ListEvals.parse(request);
  const { candidate, baseline } = namedSides();
  const { search } = input;
  const version = input.modelVersionId;
  const rows = await ctx.db
    .select({
      eval: evals,
      suite: { id: suites.id, name: suites.name, cases: suites.cases },
      candidateModel: candidate.model.name,
      candidateVersion: candidate.version.version,
      baselineModel: baseline.model.name,
      baselineVersion: baseline.version.version,
    })
    .from(evals)
    .innerJoin(suites, eq(suites.id, evals.suiteId))
    .innerJoin(candidate.version, eq(candidate.version.id, evals.candidateVersionId))
    .innerJoin(candidate.model, eq(candidate.model.id, candidate.version.modelId))
    .innerJoin(baseline.version, eq(baseline.version.id, evals.baselineVersionId))
    .innerJoin(baseline.model, eq(baseline.model.id, baseline.version.modelId))
    .where(
      and(
        eq(evals.projectId, ctx.projectId),
        input.cursor ? lt(evals.id, input.cursor) : undefined,
        input.status?.length ? inArray(evals.status, input.status) : undefined,
        version ? or(eq(evals.candidateVersionId, version), eq(evals.baselineVersionId, version)) : undefined,
        search
          ? or(...[suites.name, candidate.model.name, baseline.model.name].map((name) => contains(name, search)))
          : undefined,
      ),
    )
    .orderBy(desc(evals.id))
    .limit(input.limit + 1);
  const page = rows.slice(0, input.limit);
  const items = page.map((row) => {
    const { summary, ...rest } = row.eval;
    const headline = summaryOf(summary)?.graders[0] ?? null;
    return {
      ...rest,
      suite: row.suite,
      candidate: `${row.candidateModel}/${row.candidateVersion}`,
      baseline: `${row.baselineModel}/${row.baselineVersion}`,
      headline,
    };
  });
  return { items, nextCursor: rows.length > input.limit ? (page.at(-1)?.eval.id ?? null) : null };
}
