import fc from "fast-check";
import { expect, test } from "vitest";
import { compare } from "#server/evals/compare.rule.ts";
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
import { fewestCases, nonInferiorityMargin, verdictOf } from "#server/evals/verdict.rule.ts";

const cell = fc.integer({ min: 0, max: 200 });
const table: fc.Arbitrary<Paired> = fc.record({ both: cell, onlyCandidate: cell, onlyBaseline: cell, neither: cell });
const swapped = ({ onlyCandidate, onlyBaseline, ...rest }: Paired): Paired => ({
  ...rest,
  onlyCandidate: onlyBaseline,
  onlyBaseline: onlyCandidate,
});

test("Wilson's interval holds the share, stays within 0 and 1, and mirrors when right and wrong change places", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 500 }), (right, more) => {
      const n = right + more;
      const { low, high } = wilsonInterval(right, n);
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(1);
      expect(low).toBeLessThanOrEqual(right / n);
      expect(high).toBeGreaterThanOrEqual(right / n);
      const mirrored = wilsonInterval(n - right, n);
      expect(mirrored.low).toBeCloseTo(1 - high, 12);
      expect(mirrored.high).toBeCloseTo(1 - low, 12);
      const tenfold = wilsonInterval(10 * right, 10 * n);
      expect(tenfold.high - tenfold.low).toBeLessThan(high - low);
    }),
  );
});

test("the difference of any two models lies in its interval, which mirrors when they change places", () => {
  fc.assert(
    fc.property(table, (pairs) => {
      const one = pairedDifferenceInterval(pairs);
      const other = pairedDifferenceInterval(swapped(pairs));
      for (const [mine, theirs] of [
        [one.difference, other.difference],
        [one.low, other.high],
        [one.high, other.low],
      ] as const)
        expect(mine).toBeCloseTo(-theirs, 9);
      expect(one.low).toBeLessThanOrEqual(one.difference);
      expect(one.high).toBeGreaterThanOrEqual(one.difference);
      expect(one.low).toBeGreaterThanOrEqual(-1);
      expect(one.high).toBeLessThanOrEqual(1);
    }),
  );
});

test("the exact test does not care who is called the candidate, and a wider gap is never likelier by chance", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 300 }), (few, more) => {
      const p = mcnemarExact({ onlyCandidate: few, onlyBaseline: few + more });
      expect(p).toBeCloseTo(mcnemarExact({ onlyCandidate: few + more, onlyBaseline: few }), 12);
      expect(p).toBeGreaterThanOrEqual(0);
      expect(p).toBeLessThanOrEqual(1);
      const wider = mcnemarExact({ onlyCandidate: few, onlyBaseline: few + more + 1 });
      expect(wider).toBeLessThanOrEqual(p + 1e-12);
    }),
  );
});

const marks = fc.array(
  fc.record({ base: fc.double({ min: 0, max: 1, noNaN: true }), cand: fc.double({ min: 0, max: 1, noNaN: true }) }),
  {
    minLength: 1,
    maxLength: 12,
  },
);

test("a comparison turned round has the losses for wins and the opposite difference, whatever the marks", () => {
  const graders = [
    { name: "f1", kind: "token_f1" },
    { name: "exact", kind: "exact_match" },
  ];
  fc.assert(
    fc.property(marks, (cases) => {
      const side = (mark: number) => ({ f1: mark, exact: mark > 0.5 ? 1 : 0 });
      const there = compare(
        graders,
        cases.map(({ base, cand }) => ({ baseline: side(base), candidate: side(cand) })),
      );
      const back = compare(
        graders,
        cases.map(({ base, cand }) => ({ baseline: side(cand), candidate: side(base) })),
      );
      for (const [i, one] of there.entries()) {
        const other = back[i];
        expect(one.wins + one.losses + one.ties).toBe(cases.length);
        expect([other?.wins, other?.losses]).toEqual([one.losses, one.wins]);
        expect(other?.difference.score).toBeCloseTo(-one.difference.score, 12);
        expect(one.difference.score).toBeCloseTo(one.candidate.score - one.baseline.score, 12);
        expect([other?.detectable, other?.pValue]).toEqual([one.detectable, one.pValue]);
      }
    }),
    { numRuns: 10 },
  );
});

test("a grader without a mark on a case counts as nothing there, for either side", () => {
  const [summary] = compare([{ name: "exact", kind: "exact_match" }], [{ baseline: { exact: 1 }, candidate: {} }]);
  expect(summary).toMatchObject({ n: 1, wins: 0, losses: 1, candidate: { score: 0 } });
});

test("the mean of any marks lies in its bootstrap interval, which is a point when all are the same", () => {
  const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(values, (drawn) => {
      const { mean, low, high } = bootstrapMean(drawn);
      expect(low).toBeLessThanOrEqual(mean + 1e-9);
      expect(high).toBeGreaterThanOrEqual(mean - 1e-9);
      expect(low).toBeGreaterThanOrEqual(Math.min(...drawn) - 1e-9);
      expect(high).toBeLessThanOrEqual(Math.max(...drawn) + 1e-9);
    }),
    { numRuns: 10 },
  );
  expect(bootstrapMean([0.5, 0.5, 0.5])).toEqual({ mean: 0.5, low: 0.5, high: 0.5 });
  expect(bootstrapMean([])).toEqual({ mean: 0, low: 0, high: 0 });
});

test("more cases show smaller differences, and a smaller difference needs more cases", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), fc.double({ min: 0.001, max: 1, noNaN: true }), (n, variance) => {
      expect(detectableDifference(n + 1, variance)).toBeLessThanOrEqual(detectableDifference(n, variance));
      const needed = (difference: number) => casesNeeded(difference, variance) ?? 0;
      expect(needed(0.05)).toBeGreaterThanOrEqual(needed(0.1));
      expect(needed(-0.1)).toBe(needed(0.1));
    }),
  );
  expect([detectableDifference(0, 0.2), casesNeeded(0.1, 0)]).toEqual([1, null]);
});

test("what varies not at all has no variance, and one pair says nothing of it", () => {
  expect([varianceOf([]), varianceOf([0.3]), varianceOf([0.3, 0.3])]).toEqual([1, 1, 0]);
  expect(varianceOf([0, 1])).toBeCloseTo(0.5, 12);
});

test("the ends of an interval are no gain: zero is not better, and a loss of exactly the margin is not ruled out", () => {
  expect(verdictOf({ low: 0, high: 0.1 })).toBe("not worse");
  expect(verdictOf({ low: -0.1, high: 0 })).toBe("cannot tell");
  expect(verdictOf({ low: -nonInferiorityMargin, high: 0.1 })).toBe("cannot tell");
  expect(verdictOf({ low: -0.02, high: 0.1 }, 0.05)).toBe("not worse");
});

test("five cases, all won, are no verdict; six are", () => {
  const won = (n: number) =>
    compare(
      [{ name: "exact", kind: "exact_match" }],
      Array.from({ length: n }, () => ({ baseline: { exact: 0 }, candidate: { exact: 1 } })),
    );
  expect(won(fewestCases - 1)[0]?.verdict).toBe("cannot tell");
  expect(won(fewestCases)[0]?.verdict).toBe("better");
});
