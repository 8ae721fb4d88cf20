import { expect, test } from "vitest";
import { createLengths } from "#server/datasets/pass/lengths.rule.ts";
import { createSeenRows } from "#server/datasets/pass/seen.rule.ts";

test("length statistics agree with sorting, within one percent", () => {
  const lengths = createLengths();
  const all: number[] = [];
  let state = 42;
  for (let i = 0; i < 20_000; i++) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    const length = Math.floor(10 ** ((state / 2 ** 31) * 5));
    all.push(length);
    lengths.add(length);
  }
  all.sort((a, b) => a - b);
  const summary = lengths.summary();
  expect(summary?.min).toBe(all[0]);
  expect(summary?.max).toBe(all.at(-1));
  for (const [share, key] of [
    [0.5, "p50"],
    [0.95, "p95"],
  ] as const) {
    const exact = all[Math.ceil(share * all.length) - 1] ?? 0;
    expect(Math.abs((summary?.[key] ?? 0) - exact) / exact).toBeLessThan(0.01);
  }
  const counted = summary?.histogram.reduce((sum, bin) => sum + bin.count, 0);
  expect(counted).toBe(20_000);
  expect(summary?.histogram.length).toBeLessThanOrEqual(21);
});

test("short lengths are exact", () => {
  const lengths = createLengths();
  for (const n of [3, 3, 5, 9]) lengths.add(n);
  expect(lengths.summary()).toMatchObject({ min: 3, p50: 3, p95: 9, max: 9, mean: 5 });
  expect(createLengths().summary()).toBeNull();
});

test("seen rows survive growing, and the empty slot's own hash is a row like others", () => {
  const seen = createSeenRows();
  for (let i = 0; i < 100_000; i++) expect(seen.add(Math.imul(i, 2_654_435_761) >>> 0, i)).toBe(false);
  for (let i = 0; i < 100_000; i += 997) expect(seen.add(Math.imul(i, 2_654_435_761) >>> 0, i)).toBe(true);
  expect(seen.isExact()).toBe(true);
  const zero = createSeenRows();
  expect([zero.add(0, 0), zero.add(0, 0)]).toEqual([false, true]);
});

test("past its memory the count of duplicates is a lower bound and says so", () => {
  const seen = createSeenRows(1 << 10);
  for (let i = 1; i <= 2_000; i++) seen.add(i, i);
  expect(seen.isExact()).toBe(false);
  expect(seen.add(1, 1)).toBe(true);
  expect(seen.add(5_000, 1)).toBe(false);
});
