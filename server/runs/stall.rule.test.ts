import { expect, test } from "vitest";
import { isStalled } from "#server/runs/stall.rule.ts";

const minute = 60_000;

test("five minutes without a word are a dead trainer, whether it ever made a step or not", () => {
  for (const lastStepMs of [null, 100]) {
    expect(isStalled({ eventMs: 5 * minute, stepMs: 0 }, lastStepMs)).toBe(false);
    expect(isStalled({ eventMs: 5 * minute + 1, stepMs: 0 }, lastStepMs)).toBe(true);
  }
});

test("a trainer that beats is stuck when no step came for ten minutes and for twenty steps' time, whichever is longer", () => {
  const silent = (stepMs: number, lastStepMs: number) => isStalled({ eventMs: 0, stepMs }, lastStepMs);
  expect(silent(10 * minute, 100)).toBe(false);
  expect(silent(10 * minute + 1, 100)).toBe(true);
  // a step of a large model may take a minute
  expect(silent(20 * minute, minute)).toBe(false);
  expect(silent(20 * minute + 1, minute)).toBe(true);
});

test("before the first step nothing is stuck: a large base may load for an hour", () => {
  expect(isStalled({ eventMs: 4_000, stepMs: 60 * minute }, null)).toBe(false);
});
