import { expect, test } from "vitest";
import { asKind, idBody, newId, shortId } from "#db/ids.ts";

test("ids of one kind sort by the time they were minted", () => {
  const early = newId("run", 1_700_000_000_000);
  const late = newId("run", 1_700_000_000_001);
  expect(early).toMatch(/^run_[0-9a-hjkmnp-tv-z]{26}$/);
  expect(early < late).toBe(true);
});

test("a run and its OpenAI job share one body", () => {
  const run = newId("run");
  expect(asKind(asKind(run, "fineTuningJob"), "run")).toBe(run);
  expect(idBody(run)).toHaveLength(26);
  expect(shortId(run)).toBe(run.slice(-6));
});
