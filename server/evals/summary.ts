import type { EvalSummary } from "#server/evals/finish.ts";

/** The stored summary of an eval; null until it has ended. */
export function summaryOf(stored: object | null): EvalSummary | null {
  return stored as EvalSummary | null; // safe because finishEval is the only writer of this column
}
