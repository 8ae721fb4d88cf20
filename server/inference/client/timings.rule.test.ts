import { expect, test } from "vitest";
import { streamTimer } from "#server/inference/client/timings.rule.ts";

test("gaps are those between two chunks of one choice: two choices that alternate do not look twice as fast", () => {
  const timer = streamTimer(0);
  for (const [ms, choice] of [
    [100, 0],
    [101, 1],
    [200, 0],
    [202, 1],
    [400, 0],
  ] as const)
    timer.content(ms, choice);
  expect(timer.gapsMs()).toEqual([100, 101, 200]);
  expect(timer.done(500, 5)).toEqual({ ttftMs: 100, itlP50Ms: 101, itlP95Ms: 200, tpotMs: 100, totalMs: 500 });
});
