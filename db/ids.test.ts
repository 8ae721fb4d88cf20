import { afterEach, expect, test, vi } from "vitest";
import { asKind, idBody, idMint, idTime, newId, shortId } from "#db/ids.ts";

afterEach(() => {
  vi.useRealTimers();
});

test("ids of one process sort in the order they were minted, thousands within a millisecond too", () => {
  vi.useFakeTimers({ now: Date.now() + 1000 });
  const ids = Array.from({ length: 10_000 }, () => newId("run"));
  vi.advanceTimersByTime(10);
  ids.push(newId("run"));
  expect(ids[0]).toMatch(/^run_[0-9a-hjkmnp-tv-z]{26}$/);
  expect(new Set(ids).size).toBe(ids.length);
  expect([...ids].sort()).toEqual(ids);
});

test("a clock that steps back an hour does not disturb the order of ids", () => {
  const start = Date.now() + 10_000;
  vi.useFakeTimers({ now: start });
  const before = newId("run");
  vi.setSystemTime(start - 3_600_000);
  expect(newId("run") > before).toBe(true);
});

test("an id tells to the millisecond when it was minted, on the clock that it was minted with", () => {
  vi.useFakeTimers({ now: Date.now() + 20_000 });
  expect(idTime(newId("request")).getTime()).toBe(Date.now());
  const elsewhere = Date.UTC(2031, 4, 6, 7, 8, 9, 10);
  const mint = idMint(() => elsewhere + 0.7);
  expect(idTime(mint("request")).getTime()).toBe(elsewhere);
  expect(idTime(newId("request")).getTime()).toBe(Date.now());
});

test("a run and its OpenAI job share one body", () => {
  const run = newId("run");
  expect(asKind(asKind(run, "fineTuningJob"), "run")).toBe(run);
  expect(idBody(run)).toHaveLength(26);
  expect(shortId(run)).toBe(run.slice(-6));
});
