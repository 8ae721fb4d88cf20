import { formatNumber, formatSigned } from "#components/ui/format.ts";
import type { GraderSummary } from "#db/eval-summary.ts";
import { isBinary } from "#server/evals/graders.rule.ts";

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
