import { expect, test } from "vitest";
import { fill } from "#cli/deploy.ts";

test("one revision without a share gets what the others leave", () => {
  expect(fill([{ model: "nano", weightBps: null }])).toEqual([{ model: "nano", weightBps: 10_000 }]);
  expect(
    fill([
      { model: "nano", weightBps: 8_000 },
      { model: "triage/1", weightBps: null },
    ]),
  ).toEqual([
    { model: "nano", weightBps: 8_000 },
    { model: "triage/1", weightBps: 2_000 },
  ]);
});

test("two revisions without a share are ambiguous", () => {
  const open = { model: "nano", weightBps: null };
  expect(() => fill([open, open])).toThrow("every revision but one");
});
