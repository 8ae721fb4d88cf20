import { formatNumber, formatSigned } from "#components/ui/format.ts";
import type { GraderKind } from "#db/enums.ts";
import type { GraderSummary } from "#db/eval-summary.ts";
import { isBinary } from "#server/evals/graders.rule.ts";

export const graderLabels: Record<GraderKind, { label: string; hint: string }> = {
  exact_match: { label: "Exact match", hint: "The answer is the reference, ignoring white space at its ends." },
  contains: { label: "Contains", hint: "The reference occurs in the answer, ignoring case." },
  json_valid: { label: "JSON valid", hint: "The answer is one JSON document." },
  json_fields: { label: "JSON fields", hint: "Valid JSON, equal to the reference in the chosen fields, or in all." },
  token_f1: { label: "Token F1", hint: "Share of words in common; passes from 0.5 on." },
};

/** "+6.0 points (95 % interval +2.5 to +9.5)" */
export function formatDifference({ score, low, high }: GraderSummary["difference"]): string {
  const points = (share: number) => formatSigned(share * 100);
  return `${points(score)} points (95 % interval ${points(low)} to ${points(high)})`;
}

/** "28 both passed, 2 both failed"; for marks between 0 and 1 only "30 tied". */
export function formatTied({ kind, ties, wins, candidate, n }: GraderSummary): string {
  if (!isBinary(kind) || ties === 0) return `${formatNumber(ties)} tied`;
  const bothRight = Math.round(candidate.score * n) - wins;
  return `${formatNumber(bothRight)} both passed, ${formatNumber(ties - bothRight)} both failed`;
}

/** "p = 0.0012", "p < 0.0001" */
export function formatPValue(p: number): string {
  return p < 0.0001 ? "p < 0.0001" : `p = ${p.toPrecision(2)}`;
}
