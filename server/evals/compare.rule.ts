import type { GraderSummary } from "#db/eval-summary.ts";
import { type Grader, isBinary } from "#server/evals/graders.rule.ts";
import {
  bootstrapMean,
  casesNeeded,
  detectableDifference,
  mcnemarExact,
  type Paired,
  pairedDifferenceInterval,
  varianceOf,
  wilsonInterval,
} from "#server/evals/statistics.rule.ts";
import { fewestCases, verdictOf } from "#server/evals/verdict.rule.ts";

/** One case as both models answered it: marks by grader name. */
export type PairedCase = { baseline: Record<string, number>; candidate: Record<string, number> };

/** Compare two models case by case, a summary per grader in the suite's order. Shares and marks lie in 0…1. */
export function compare(graders: readonly Grader[], cases: readonly PairedCase[]): GraderSummary[] {
  return graders.map((grader) => summarise(grader, cases));
}

function summarise(grader: Grader, cases: readonly PairedCase[]): GraderSummary {
  const pairs = cases.map((one) => ({
    baseline: one.baseline[grader.name] ?? 0,
    candidate: one.candidate[grader.name] ?? 0,
  }));
  const n = pairs.length;
  const wins = pairs.filter((pair) => pair.candidate > pair.baseline).length;
  const losses = pairs.filter((pair) => pair.candidate < pair.baseline).length;
  const { variance, ...numbers } = isBinary(grader.kind) ? shares(pairs) : means(pairs);
  return {
    name: grader.name,
    kind: grader.kind,
    n,
    ...numbers,
    verdict: n < fewestCases ? "cannot tell" : verdictOf(numbers.difference),
    wins,
    losses,
    ties: n - wins - losses,
    detectable: detectableDifference(n, variance),
    needed: casesNeeded(numbers.difference.score, variance),
  };
}

type Pair = { baseline: number; candidate: number };
type Numbers = Pick<GraderSummary, "baseline" | "candidate" | "difference" | "pValue"> & {
  /** of the paired differences: what the power of the comparison depends on */
  variance: number;
};

function shares(pairs: readonly Pair[]): Numbers {
  const count = (wanted: (pair: Pair) => boolean) => pairs.filter(wanted).length;
  const table: Paired = {
    both: count((pair) => pair.baseline === 1 && pair.candidate === 1),
    onlyCandidate: count((pair) => pair.baseline < 1 && pair.candidate === 1),
    onlyBaseline: count((pair) => pair.baseline === 1 && pair.candidate < 1),
    neither: count((pair) => pair.baseline < 1 && pair.candidate < 1),
  };
  const n = pairs.length;
  const side = (successes: number) => ({ score: n === 0 ? 0 : successes / n, ...wilsonInterval(successes, n) });
  const { difference, low, high } = pairedDifferenceInterval(table);
  return {
    baseline: side(table.both + table.onlyBaseline),
    candidate: side(table.both + table.onlyCandidate),
    difference: { score: difference, low, high },
    pValue: mcnemarExact(table),
    variance: n === 0 ? 0 : (table.onlyCandidate + table.onlyBaseline) / n,
  };
}

function means(pairs: readonly Pair[]): Numbers {
  const side = (values: number[]) => {
    const { mean, low, high } = bootstrapMean(values);
    return { score: mean, low, high };
  };
  const differences = pairs.map((pair) => pair.candidate - pair.baseline);
  return {
    baseline: side(pairs.map((pair) => pair.baseline)),
    candidate: side(pairs.map((pair) => pair.candidate)),
    difference: side(differences),
    pValue: null,
    variance: varianceOf(differences),
  };
}
