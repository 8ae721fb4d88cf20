import fc from "fast-check";
import { expect, test } from "vitest";
import { lanesOf, learn, type Pace, prefillTokensOf, unknownPace } from "#server/inference/host/pace.rule.ts";

/** Run the rule against a machine of this speed until it knows it. */
function settled(decodeMs: number, prefillMs: number): Pace {
  let pace = unknownPace;
  for (let step = 0; step < 40; step++) {
    pace = learn(pace, { decoded: 8, prefilled: 0, ms: 8 * decodeMs });
    const prefilled = prefillTokensOf(pace, 8, 512);
    pace = learn(pace, { decoded: 8, prefilled, ms: 8 * decodeMs + prefilled * prefillMs });
  }
  return pace;
}

const speed = fc.double({ min: 0.01, max: 60, noNaN: true });

test("whatever the machine's speed, prompts add at most 100 ms to a step of live streams and always advance", () => {
  fc.assert(
    fc.property(speed, speed, fc.integer({ min: 1, max: 64 }), (decodeMs, prefillMs, decoded) => {
      const tokens = prefillTokensOf(settled(decodeMs, prefillMs), decoded, 512);
      expect(tokens).toBeGreaterThanOrEqual(1);
      expect(tokens).toBeLessThanOrEqual(512 - decoded);
      expect(tokens * prefillMs).toBeLessThanOrEqual(100);
    }),
  );
});

test("before anything is known, a prompt begins with few tokens", () => {
  expect(prefillTokensOf(unknownPace, 0, 512)).toBe(32);
});

test("a fast machine decodes everybody in one step, a slow one as many as before", () => {
  expect(lanesOf(settled(0.1, 0.01), 64)).toBe(64);
  expect(lanesOf(settled(0.7, 0.07), 64)).toBe(14);
  expect(lanesOf(settled(50, 5), 64)).toBe(8);
  expect(lanesOf(settled(0.1, 0.01), 4)).toBe(4);
});
