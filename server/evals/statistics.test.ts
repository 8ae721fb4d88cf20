import { expect, test } from "vitest";
import {
  bootstrapMean,
  casesNeeded,
  detectableDifference,
  mcnemarExact,
  pairedDifferenceInterval,
  wilsonInterval,
} from "#server/evals/statistics.rule.ts";
import { verdictOf } from "#server/evals/verdict.rule.ts";

test("Wilson's interval has the textbook values", () => {
  const half = wilsonInterval(50, 100);
  expect(half.low).toBeCloseTo(0.4038, 4);
  expect(half.high).toBeCloseTo(0.5962, 4);
  expect(wilsonInterval(0, 30)).toEqual({ low: 0, high: expect.closeTo(0.1135, 4) });
  expect(wilsonInterval(30, 30).high).toBe(1);
});

test("McNemar's exact test is a coin toss over the discordant pairs", () => {
  expect(mcnemarExact({ onlyCandidate: 0, onlyBaseline: 0 })).toBe(1);
  expect(mcnemarExact({ onlyCandidate: 5, onlyBaseline: 0 })).toBeCloseTo(2 / 32, 12);
  expect(mcnemarExact({ onlyCandidate: 8, onlyBaseline: 2 })).toBeCloseTo((2 * (1 + 10 + 45)) / 1024, 12);
  expect(mcnemarExact({ onlyCandidate: 7, onlyBaseline: 7 })).toBe(1);
});

test("thousands of discordant pairs neither underflow nor lose their sign", () => {
  expect(mcnemarExact({ onlyCandidate: 3000, onlyBaseline: 2900 })).toBeCloseTo(0.1974, 3);
  expect(mcnemarExact({ onlyCandidate: 5000, onlyBaseline: 0 })).toBe(0);
});

test("swapping the models mirrors the difference", () => {
  const one = pairedDifferenceInterval({ both: 50, onlyCandidate: 20, onlyBaseline: 5, neither: 25 });
  const other = pairedDifferenceInterval({ both: 50, onlyCandidate: 5, onlyBaseline: 20, neither: 25 });
  expect(one.difference).toBeCloseTo(0.15, 12);
  expect(one.low).toBeCloseTo(-other.high, 12);
  expect(one.high).toBeCloseTo(-other.low, 12);
});

test("the paired interval covers the true difference about 95 times in 100", () => {
  // Cell shares of a strong candidate on correlated cases; 2,000 seeded experiments of 120 cases.
  const ends = [0.62, 0.62 + 0.14, 0.62 + 0.14 + 0.06, 1];
  let state = 7;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
  let covered = 0;
  for (let run = 0; run < 2_000; run++) {
    const cells = [0, 0, 0, 0];
    for (let i = 0; i < 120; i++) {
      const u = random();
      const cell = ends.findIndex((end) => u < end);
      cells[cell] = (cells[cell] ?? 0) + 1;
    }
    const [both = 0, onlyCandidate = 0, onlyBaseline = 0, neither = 0] = cells;
    const { low, high } = pairedDifferenceInterval({ both, onlyCandidate, onlyBaseline, neither });
    if (low <= 0.08 && 0.08 <= high) covered++;
  }
  expect(covered / 2_000).toBeGreaterThan(0.935);
  expect(covered / 2_000).toBeLessThan(0.985);
});

test("the bootstrap agrees with the normal interval on many values and repeats itself", () => {
  const values = Array.from({ length: 400 }, (_, i) => ((i * 37) % 100) / 100);
  const one = bootstrapMean(values);
  expect(one).toEqual(bootstrapMean(values));
  const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - one.mean) ** 2, 0) / values.length);
  expect(one.low).toBeCloseTo(one.mean - (1.96 * sd) / 20, 2);
  expect(one.high).toBeCloseTo(one.mean + (1.96 * sd) / 20, 2);
});

test("what n cases can show and how many a difference needs are each other's inverse", () => {
  const share = 0.13;
  const smallest = detectableDifference(400, share);
  expect(Math.abs((casesNeeded(smallest, share) ?? 0) - 400)).toBeLessThanOrEqual(1);
  expect(casesNeeded(0, share)).toBeNull();
});

test("a verdict takes the whole interval's word", () => {
  expect(verdictOf({ low: 0.01, high: 0.2 })).toBe("better");
  expect(verdictOf({ low: -0.2, high: -0.01 })).toBe("worse");
  expect(verdictOf({ low: -0.005, high: 0.02 })).toBe("not worse");
  expect(verdictOf({ low: -0.05, high: 0.06 })).toBe("cannot tell");
});
