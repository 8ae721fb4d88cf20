import { expect, test } from "vitest";
import { levelAt, resetText, secondsUntil } from "#server/gateway/limits.rule.ts";
import { createLimits } from "#server/gateway/limits.ts";

const limits = { requestsPerMinute: 60, tokensPerMinute: 600, concurrent: 2 };
const key = { id: "key_1" };

function limitsAt() {
  const clock = { ms: 0 };
  return { clock, reserve: createLimits(limits, () => clock.ms) };
}
const header = (reservation: { headers: readonly string[] }, name: string) =>
  reservation.headers[reservation.headers.indexOf(name) + 1];

test("a key has its requests per minute, refilled evenly", () => {
  const { clock, reserve } = limitsAt();
  for (let i = 0; i < 60; i++) {
    const granted = reserve(key);
    if (!granted.granted) throw new Error(granted.message);
    expect(header(granted, "x-ratelimit-remaining-requests")).toBe(String(59 - i));
    granted.settle(0);
  }
  const refused = reserve(key);
  expect(refused).toMatchObject({ granted: false, retryAfterSeconds: 1 });
  expect(header(refused, "x-ratelimit-reset-requests")).toBe("1m0s");
  expect(reserve({ id: "key_2" }).granted).toBe(true);
  clock.ms = 1_000;
  expect(reserve(key).granted).toBe(true);
  expect(reserve(key).granted).toBe(false);
});

test("a key has its calls in flight; a settled one makes room once", () => {
  const { reserve } = limitsAt();
  const first = reserve(key);
  const second = reserve(key);
  expect(reserve(key)).toMatchObject({ granted: false, retryAfterSeconds: 1 });
  if (first.granted) {
    first.settle(0);
    first.settle(0);
  }
  expect(reserve(key).granted).toBe(true);
  expect(reserve(key).granted).toBe(false);
  expect(second.granted).toBe(true);
});

test("tokens are settled after the call and refused only once they are gone", () => {
  const { clock, reserve } = limitsAt();
  const large = reserve(key);
  if (large.granted) large.settle(1_200);
  const refused = reserve(key);
  expect(refused).toMatchObject({ granted: false, retryAfterSeconds: 61 });
  expect(header(refused, "x-ratelimit-remaining-tokens")).toBe("0");
  clock.ms = 61_000;
  expect(reserve(key).granted).toBe(true);
});

test("levels, waits and resets are written as OpenAI writes them", () => {
  expect(levelAt(null, 60, 5)).toBe(60);
  expect(levelAt({ level: -60, atMs: 0 }, 60, 90_000)).toBe(30);
  expect(levelAt({ level: 59, atMs: 0 }, 60, 90_000)).toBe(60);
  expect(secondsUntil(5, 1, 60)).toBe(0);
  expect(secondsUntil(0.5, 1, 60)).toBe(1);
  expect(resetText(60, 60)).toBe("0s");
  expect(resetText(59.99, 60)).toBe("10ms");
  expect(resetText(53.5, 60)).toBe("6.5s");
  expect(resetText(-30, 60)).toBe("1m30s");
});
