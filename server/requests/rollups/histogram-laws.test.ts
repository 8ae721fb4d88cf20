import fc from "fast-check";
import { expect, test } from "vitest";
import {
  barsOf,
  bucketOf,
  type Histogram,
  lastBucket,
  msOf,
  percentileOf,
  sizeOf,
} from "#server/requests/rollups/histogram.rule.ts";

const ms = fc.double({ min: -6, max: 16, noNaN: true }).map((log) => Math.exp(log));
const values = fc.array(ms, { minLength: 1, maxLength: 100 });

function histogramOf(all: readonly number[]): Histogram {
  const counts = new Map<number, number>();
  for (const value of all) counts.set(bucketOf(value), (counts.get(bucketOf(value)) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a - b);
}

function merged(...histograms: Histogram[]): Histogram {
  const counts = new Map<number, number>();
  for (const [bucket, count] of histograms.flat()) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  return [...counts].sort(([a], [b]) => a - b);
}

test("histograms that are added say of all values what one histogram of them says", () => {
  fc.assert(
    fc.property(values, values, fc.double({ min: 0, max: 1, noNaN: true }), (some, others, share) => {
      const whole = histogramOf([...some, ...others]);
      const sum = merged(histogramOf(some), histogramOf(others));
      expect(sum).toEqual(whole);
      expect(sizeOf(sum)).toBe(some.length + others.length);
      expect(percentileOf(sum, share)).toBe(percentileOf(whole, share));
    }),
  );
});

test("a longer time never lies in a lower bucket, and a bucket tells its values within 2.5 %", () => {
  fc.assert(
    fc.property(ms, ms, (one, other) => {
      const [shorter, longer] = [Math.min(one, other), Math.max(one, other)];
      expect(bucketOf(shorter)).toBeLessThanOrEqual(bucketOf(longer));
      expect(Math.abs(msOf(bucketOf(one)) / one - 1)).toBeLessThan(0.0251);
    }),
  );
});

test("what is shorter than half a microsecond is nothing, and what lasts for ever has a bucket", () => {
  expect([0, 0.00049, -1].map(bucketOf)).toEqual([0, 0, 0]);
  expect(bucketOf(0.0005)).toBe(1);
  expect([1e30, Number.POSITIVE_INFINITY].map(bucketOf)).toEqual([lastBucket, lastBucket]);
  expect(msOf(0)).toBe(0);
});

test("a higher share is never a shorter time, and every percentile lies between the shortest and the longest", () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(values, share, share, (all, one, other) => {
      const histogram = histogramOf(all);
      const at = (part: number) => percentileOf(histogram, part) ?? Number.NaN;
      expect(at(Math.min(one, other))).toBeLessThanOrEqual(at(Math.max(one, other)) + 1e-9);
      expect(at(0)).toBeCloseTo(msOf(bucketOf(Math.min(...all))), 9);
      expect(at(1)).toBeCloseTo(msOf(bucketOf(Math.max(...all))), 9);
    }),
  );
});

test("an empty histogram has bars without height, and a value beyond the top is beyond", () => {
  expect(barsOf([], 100, 4)).toEqual({ edges: [0, 25, 50, 75, 100], counts: [0, 0, 0, 0], beyond: 0 });
  expect(barsOf(histogramOf([1_000, 2_000]), 100, 2)).toMatchObject({ counts: [0, 0], beyond: 2 });
  expect(barsOf(histogramOf([0, 10, 60]), 100, 2)).toMatchObject({ counts: [2, 1], beyond: 0 });
});
