import fc from "fast-check";
import { expect, test } from "vitest";
import { countSteps, estimateRun, type PastRun } from "#server/runs/estimate.rule.ts";
import type { Workload } from "#server/runs/methods/method.ts";

const workload: fc.Arbitrary<Workload> = fc.record({
  epochs: fc.double({ min: 0.01, max: 100, noNaN: true }),
  maxSteps: fc.constant(null),
  batchSize: fc.integer({ min: 1, max: 256 }),
  gradientAccumulation: fc.integer({ min: 1, max: 64 }),
  rank: fc.constant(16),
  checkpointEverySteps: fc.constant(10),
  checkpointsKept: fc.constant(3),
});
const rows = fc.integer({ min: 1, max: 1_000_000 });
const past: PastRun = {
  steps: 32,
  rowsSeen: 500,
  charactersPerRow: 200,
  learntCharactersPerRow: 60,
  seconds: 50,
  aroundSeconds: 12,
  trainedTokens: 20_000,
};
const data = (trainRows: number, learnt: number | null = 40) => ({
  trainRows,
  charactersPerRow: 100,
  learntCharactersPerRow: learnt,
});

test("more rows or more epochs never make a run shorter, in steps, rows, tokens or seconds", () => {
  fc.assert(
    fc.property(workload, rows, rows, fc.double({ min: 1, max: 5, noNaN: true }), (chosen, few, more, factor) => {
      const base = estimateRun(chosen, data(few), [past]);
      const longer = [
        estimateRun(chosen, data(few + more), [past]),
        estimateRun({ ...chosen, epochs: chosen.epochs * factor }, data(few), [past]),
      ];
      for (const other of longer) {
        expect(other.steps).toBeGreaterThanOrEqual(base.steps);
        expect(other.rowsSeen).toBeGreaterThanOrEqual(base.rowsSeen);
        expect(other.trainedTokens.value ?? 0).toBeGreaterThanOrEqual(base.trainedTokens.value ?? 0);
        expect(other.seconds.value ?? 0).toBeGreaterThanOrEqual(base.seconds.value ?? 0);
      }
    }),
  );
});

test("a run sees no more rows than its epochs hold nor than its steps can carry, and makes at least one step", () => {
  fc.assert(
    fc.property(workload, rows, (chosen, trainRows) => {
      const { steps, rowsSeen } = estimateRun(chosen, data(trainRows), []);
      expect(steps).toBeGreaterThanOrEqual(1);
      expect(rowsSeen).toBeLessThanOrEqual(Math.ceil(chosen.epochs * trainRows));
      expect(rowsSeen).toBeLessThanOrEqual(steps * chosen.batchSize * chosen.gradientAccumulation);
    }),
  );
});

const eight: Workload = {
  epochs: 1,
  maxSteps: null,
  batchSize: 8,
  gradientAccumulation: 1,
  rank: 16,
  checkpointEverySteps: 10,
  checkpointsKept: 3,
};

test("the last batch of an epoch may be smaller, and so may the last step of gathered batches", () => {
  expect(countSteps(eight, 16)).toBe(2);
  expect(countSteps(eight, 17)).toBe(3);
  expect(countSteps({ ...eight, gradientAccumulation: 2 }, 17)).toBe(2);
  expect(countSteps({ ...eight, epochs: 3 }, 17)).toBe(9);
  expect(countSteps({ ...eight, epochs: 0.5 }, 17)).toBe(2);
});

test("a limit of steps wins over the epochs, shorter or longer", () => {
  expect(countSteps({ ...eight, maxSteps: 1 }, 1_000)).toBe(1);
  expect(countSteps({ ...eight, maxSteps: 500 }, 8)).toBe(500);
  expect(estimateRun({ ...eight, maxSteps: 500 }, data(8), []).rowsSeen).toBe(4_000);
});

test("the five newest runs of a base count, older ones do not", () => {
  const slow = { ...past, seconds: 5_000 };
  const five = Array.from({ length: 5 }, () => past);
  const recent = estimateRun(eight, data(1_000), five);
  expect(estimateRun(eight, data(1_000), [...five, slow])).toEqual(recent);
  expect(estimateRun(eight, data(1_000), [slow, ...five]).seconds.value).toBeGreaterThan(recent.seconds.value ?? 0);
});

test("what is not known of the data is not guessed", () => {
  const unmeasured = { trainRows: 100, charactersPerRow: null, learntCharactersPerRow: null };
  const { seconds, trainedTokens } = estimateRun(eight, unmeasured, [past]);
  expect(seconds).toEqual({ value: null, evidence: "missing", basedOnRuns: 1 });
  expect(trainedTokens).toMatchObject({ value: null, evidence: "missing" });
});

test("past runs that learnt nothing measurable leave the ratio of characters to tokens as it usually is", () => {
  const mute = { ...past, learntCharactersPerRow: null };
  const none = { ...past, trainedTokens: 0 };
  expect(estimateRun(eight, data(10), [mute, none]).trainedTokens.charactersPerToken).toBe(4);
});
