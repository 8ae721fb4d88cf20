import { formatNumber } from "#components/ui/format.ts";
import { SummaryLine } from "#components/ui/summary-line.tsx";
import { type GraderKind, graders as known } from "#server/evals/graders.rule.ts";

/** How many cases a suite would hold and what an eval on it costs in calls; `rows` null: no dataset is chosen. */
export function SuiteSummary({
  rows,
  maxCases,
  graders,
}: {
  rows: number | null;
  maxCases: number;
  graders: readonly GraderKind[];
}) {
  const cases = rows === null ? null : Math.min(rows, maxCases);
  return (
    <dl className="grid gap-2">
      <SummaryLine
        label="Cases"
        value={
          rows === null || cases === null
            ? "choose a dataset"
            : `at most ${formatNumber(cases)} of ${formatNumber(rows)} rows`
        }
      />
      <SummaryLine label="Left out" value="rows without a question and an answer" />
      <SummaryLine
        label="Graders"
        value={graders.map((kind, i) => `${known[kind].label}${i === 0 ? " (headline)" : ""}`).join(", ") || "none yet"}
      />
      <SummaryLine label="Calls in an eval" value={cases === null ? "twice the cases" : formatNumber(2 * cases)} />
    </dl>
  );
}
