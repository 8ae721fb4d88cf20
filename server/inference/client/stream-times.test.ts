import fc from "fast-check";
import { expect, test } from "vitest";
import { percentile, streamTimer } from "#server/inference/client/timings.rule.ts";

test("an answer without a token has its whole time and nothing else", () => {
  expect(streamTimer(100).done(350, 0)).toEqual({
    ttftMs: null,
    itlP50Ms: null,
    itlP95Ms: null,
    tpotMs: null,
    totalMs: 250,
  });
});

test("an answer in one piece has a first token and no gaps; a time per token needs two tokens that were counted", () => {
  const timer = streamTimer(0);
  timer.content(40);
  expect(timer.done(100, 1)).toMatchObject({ ttftMs: 40, itlP50Ms: null, tpotMs: null });
  expect(timer.done(100, null).tpotMs).toBeNull();
  expect(timer.done(100, 4).tpotMs).toBe(20);
});

test("times do not depend on when the watch was started, and gaps of a choice add up to its length", () => {
  const ms = fc.integer({ min: 0, max: 10_000 });
  fc.assert(
    fc.property(fc.array(ms, { minLength: 1, maxLength: 30 }), ms, (waits, start) => {
      const times = (from: number) => {
        const timer = streamTimer(from);
        let at = from;
        for (const wait of waits) {
          at += wait;
          timer.content(at);
        }
        return { ...timer.done(at + 5, waits.length), gaps: [...timer.gapsMs()] };
      };
      const measured = times(0);
      expect(times(start)).toEqual(measured);
      expect(measured.gaps.reduce((sum, gap) => sum + gap, measured.ttftMs ?? 0)).toBe(measured.totalMs - 5);
    }),
  );
});

test("a percentile is one of the values, the smallest that so many do not exceed", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer(), { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, share) => {
        const sorted = values.toSorted((a, b) => a - b);
        const found = percentile(sorted, share) ?? Number.NaN;
        expect(values).toContain(found);
        const below = (limit: number) => values.filter((value) => value <= limit).length / values.length;
        expect(below(found)).toBeGreaterThanOrEqual(share - 1e-12);
        const smaller = sorted.filter((value) => value < found).at(-1);
        if (smaller !== undefined) expect(below(smaller)).toBeLessThan(share + 1e-12);
      },
    ),
  );
  expect(percentile([], 0.5)).toBeNull();
});
