"use client";
import { IntervalChart } from "#components/charts/interval-chart.tsx";
import { VerdictChip } from "#components/evals/verdict-chip.tsx";
import { formatNumber } from "#components/ui/format.ts";
import type { GraderSummary } from "#db/eval-summary.ts";

/** Each grader's difference with its 95 % interval. */
export function GraderChart({
  graders,
  candidate,
  baseline,
}: {
  graders: readonly GraderSummary[];
  candidate: string;
  baseline: string;
}) {
  return (
    <IntervalChart
      title="Difference to baseline"
      rowLabel="Grader"
      baselineLabel={baseline}
      candidateLabel={candidate}
      note="Shares: Newcombe's paired interval and an exact McNemar test. Token F1: bootstrap of the paired means."
      rows={graders.map((grader) => ({
        id: grader.name,
        label: grader.name,
        baseline: grader.n === 0 ? null : grader.baseline.score,
        candidate: grader.n === 0 ? null : grader.candidate.score,
        difference:
          grader.n === 0
            ? null
            : { value: grader.difference.score, lo: grader.difference.low, hi: grader.difference.high },
        verdict: (
          <span className="inline-flex flex-wrap items-center gap-2">
            <VerdictChip verdict={grader.verdict} />
            {grader.verdict === "cannot tell" && grader.needed !== null && (
              <span className="text-ink-3 text-xs">needs {formatNumber(grader.needed)} cases</span>
            )}
          </span>
        ),
      }))}
    />
  );
}
