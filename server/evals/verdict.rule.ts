import type { Verdict } from "#db/eval-summary.ts";
import type { Interval } from "#server/evals/statistics.rule.ts";

/** A loss up to one point is not worth a veto: the margin of "not worse". */
export const nonInferiorityMargin = 0.01;

/** Five cases, all won, happen by chance in one of sixteen: under six no exact test says anything at 5 %. */
export const fewestCases = 6;

/** Better or worse only when the whole 95 % interval says so; "not worse" when it rules out a loss beyond the margin. */
export function verdictOf(interval: Interval, margin: number = nonInferiorityMargin): Verdict {
  if (interval.low > 0) return "better";
  if (interval.high < 0) return "worse";
  return interval.low > -margin ? "not worse" : "cannot tell";
}
