import { graderWords } from "#components/evals/words.ts";
import { formatNumber } from "#components/ui/format.ts";
import { SummaryLine } from "#components/ui/summary-line.tsx";
import type { graderKinds } from "#db/enums.ts";

/** How many questions a suite would hold and what an eval on it costs in calls; `rows` null: no dataset is chosen. */
export function SuiteSummary({
  rows,
  maxCases,
  graders,
}: {
  rows: number | null;
  maxCases: number;
  graders: readonly (typeof graderKinds)[number][];
}) {
  const questions = rows === null ? null : Math.min(rows, maxCases);
  return (
    <dl className="grid gap-2">
      <SummaryLine
        label="Questions"
        value={
          rows === null || questions === null
            ? "choose a dataset"
            : `${formatNumber(questions)} of ${formatNumber(rows)} rows`
        }
      />
      <SummaryLine
        label="Graders"
        value={
          graders.map((kind, i) => `${graderWords[kind].label}${i === 0 ? " (headline)" : ""}`).join(", ") || "none yet"
        }
      />
      <SummaryLine
        label="Calls in an eval"
        value={questions === null ? "twice the questions" : formatNumber(2 * questions)}
      />
    </dl>
  );
}
