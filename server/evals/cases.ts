import { sql } from "drizzle-orm";
import type { Ctx } from "#server/context.ts";
import type { ChatTurn } from "#server/evals/case.rule.ts";
import { ListCases } from "#server/evals/input.ts";
import { showEval } from "#server/evals/show.ts";

type Side = {
  output: string | null;
  error: string | null;
  marks: Record<string, number>;
  requestId: string | null;
  totalMs: number | null;
  /** this target was trained on the case; null when that was not looked up */
  trainedOn: boolean | null;
};
export type CasePair = {
  caseIndex: number;
  outcome: "lost" | "won" | "tied";
  prompt: ChatTurn[];
  reference: string;
  baseline: Side;
  candidate: Side;
};

/**
 * Both models' answers side by side → `{items, total, counts}`; what the candidate lost first, then won, then tied.
 * Lost and won are judged by the suite's first grader.
 */
export async function listCases(ctx: Ctx, request: ListCases) {
  const input = ListCases.parse(request);
  const { row, suite } = await showEval(ctx, { evalId: input.evalId });
  const headline = suite.graders[0]?.name ?? "";
  const pairs = sql`
    select c.case_index, c.prompt, c.reference,
      jsonb_build_object('output', b.output, 'error', b.error, 'marks', b.marks, 'requestId', b.request_id, 'totalMs', b.total_ms, 'trainedOn', b.trained_on) as baseline,
      jsonb_build_object('output', c.output, 'error', c.error, 'marks', c.marks, 'requestId', c.request_id, 'totalMs', c.total_ms, 'trainedOn', c.trained_on) as candidate,
      case sign(coalesce((c.marks->>${headline})::float8, 0) - coalesce((b.marks->>${headline})::float8, 0))
        when -1 then 'lost' when 1 then 'won' else 'tied' end as outcome
    from scores c join scores b on b.eval_id = c.eval_id and b.case_index = c.case_index
      and b.model_version_id = ${row.baselineVersionId}
    where c.eval_id = ${row.id} and c.project_id = ${ctx.projectId} and c.model_version_id = ${row.candidateVersionId}`;
  const wanted = input.outcome === "all" ? sql`true` : sql`outcome = ${input.outcome}`;
  const items = await ctx.db.execute<CasePair>(sql`
    with pairs as (${pairs})
    select case_index as "caseIndex", outcome, prompt, reference, baseline, candidate from pairs where ${wanted}
    order by array_position(array['lost', 'won', 'tied'], outcome), case_index limit ${input.limit} offset ${input.offset}`);
  const tally = await ctx.db.execute<{ outcome: CasePair["outcome"]; n: number }>(
    sql`with pairs as (${pairs}) select outcome, count(*)::int as n from pairs group by outcome`,
  );
  const counts = { lost: 0, won: 0, tied: 0 };
  for (const { outcome, n } of tally) counts[outcome] = n;
  const total = input.outcome === "all" ? counts.lost + counts.won + counts.tied : counts[input.outcome];
  return { items: [...items], total, counts };
}
