import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import type { ChatTurn } from "#server/evals/case.rule.ts";
import { ListCases } from "#server/evals/input.ts";
import { showEval } from "#server/evals/show.ts";

/** In the order of the list. */
const outcomes = ["lost", "won", "tied"] as const;

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
  outcome: (typeof outcomes)[number];
  prompt: ChatTurn[];
  reference: string;
  baseline: Side;
  candidate: Side;
};

/**
 * Both models' answers side by side → `{items, nextCursor, counts}`; what the candidate lost first, then won, then tied, each
 * in the suite's order. Lost and won are judged by the suite's first grader. `counts` comes with the first page alone: it looks
 * at every case. A later page goes on where its cursor says, along the scores' own key.
 */
export async function listCases(ctx: Ctx, request: ListCases) {
  const input = ListCases.parse(request);
  const { row, suite, candidate, baseline } = await showEval(ctx, { evalId: input.evalId });
  const headline = suite.graders[0]?.name ?? "";
  const outcome = sql`case sign(coalesce((c.marks->>${headline})::float8, 0) - coalesce((b.marks->>${headline})::float8, 0))
    when -1 then 'lost' when 1 then 'won' else 'tied' end`;
  const pairs = sql`scores c join scores b on b.eval_id = c.eval_id and b.case_index = c.case_index
      and b.model_version_id = ${baseline.versionId}
    where c.eval_id = ${row.id} and c.project_id = ${ctx.projectId} and c.model_version_id = ${candidate.versionId}`;
  const last = input.cursor ? lastOf(input.cursor) : null;
  const wanted = input.outcome === "all" ? outcomes : [input.outcome];
  if (last && !wanted.some((one) => one === last.outcome)) throw foreignCursor();
  const branches = wanted.slice(last ? wanted.indexOf(last.outcome) : 0).map((one, rank) => {
    const from = last && rank === 0 ? last.caseIndex : -1;
    return sql`(select ${rank}::int as rank, c.case_index as "caseIndex", ${one} as outcome, c.prompt, c.reference,
        ${sideOf("b")} as baseline, ${sideOf("c")} as candidate
      from ${pairs} and ${outcome} = ${one} and c.case_index > ${from} order by c.case_index limit ${input.limit + 1})`;
  });
  const found = await ctx.db.execute<CasePair & { rank: number }>(
    sql`select * from (${sql.join(branches, sql` union all `)}) pairs order by rank, "caseIndex" limit ${input.limit + 1}`,
  );
  const items = [...found].slice(0, input.limit).map(({ rank, ...pair }): CasePair => pair);
  const end = found.length > input.limit ? items.at(-1) : undefined;
  return {
    items,
    nextCursor: end ? `${end.outcome}.${end.caseIndex}` : null,
    counts: last ? null : await countsOf(ctx, sql`select ${outcome} as outcome from ${pairs}`),
  };
}

async function countsOf(ctx: Ctx, pairs: SQL) {
  const tally = await ctx.db.execute<{ outcome: CasePair["outcome"]; n: number }>(
    sql`select outcome, count(*)::int as n from (${pairs}) pair group by outcome`,
  );
  const counts = { lost: 0, won: 0, tied: 0 };
  for (const { outcome, n } of tally) counts[outcome] = n;
  return counts;
}

/** `won.17`: the last case of a page. Throws INVALID. */
function lastOf(cursor: string): { outcome: CasePair["outcome"]; caseIndex: number } {
  const [, name, index] = /^(lost|won|tied)\.(\d{1,9})$/.exec(cursor) ?? [];
  const outcome = outcomes.find((one) => one === name);
  if (!outcome) throw foreignCursor();
  return { outcome, caseIndex: Number(index) };
}

function foreignCursor() {
  return new DomainError("INVALID", "this cursor is not from this list: begin without one", { field: "cursor" });
}

function sideOf(scores: "b" | "c"): SQL {
  const fields = ["output", "error", "marks", "request_id", "total_ms", "trained_on"];
  const names = ["output", "error", "marks", "requestId", "totalMs", "trainedOn"];
  return sql.raw(`jsonb_build_object(${fields.map((field, i) => `'${names[i]}', ${scores}.${field}`).join(", ")})`);
}
