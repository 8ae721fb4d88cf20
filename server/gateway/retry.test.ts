import { expect, test } from "vitest";
import { decideNext, type Outcome, plainRetries, type Tried } from "#server/gateway/retry.rule.ts";

const places = (...ids: string[]) => ids.map((id) => ({ target: { id } }));
const tried = (id: string, outcome: Outcome | null, startMs = 0): Tried => ({
  target: { id },
  startMs,
  end: outcome && { outcome },
});
const now = { begun: false, nowMs: 1_000 };

test("the first attempt goes to the best place at once", () => {
  expect(decideNext([], places("a", "b"), plainRetries, now)).toEqual({ do: "next", place: 0, afterMs: 0 });
});

test("an attempt is followed by one elsewhere at once, by one at a place asked before after a pause, and by none after three", () => {
  const busy = tried("a", "busy");
  expect(decideNext([busy], places("a", "b"), plainRetries, now)).toEqual({ do: "next", place: 1, afterMs: 0 });
  expect(decideNext([busy], places("a"), plainRetries, now)).toEqual({ do: "next", place: 0, afterMs: 100 });
  expect(decideNext([busy, busy], places("a"), plainRetries, now)).toEqual({ do: "next", place: 0, afterMs: 200 });
  expect(decideNext([busy, busy, busy], places("a", "b", "c", "d"), plainRetries, now)).toEqual({ do: "stop" });
});

test("a caller's mistake is tried nowhere else, a full or silent place not again, a broken or busy one anywhere", () => {
  const at = (outcome: Outcome, ...ids: string[]) =>
    decideNext([tried("a", outcome)], places(...ids), plainRetries, now).do;
  for (const outcome of ["invalid", "left", "overtaken"] as const) expect(at(outcome, "a", "b")).toBe("stop");
  for (const outcome of ["limited", "unauthorized", "missing", "timeout", "failed"] as const)
    expect([at(outcome, "a"), at(outcome, "a", "b")]).toEqual(["stop", "next"]);
  for (const outcome of ["busy", "unreachable", "broken"] as const) expect(at(outcome, "a")).toBe("next");
});

test("whoever has had a byte of an answer is moved no more", () => {
  expect(decideNext([tried("a", "broken")], places("a", "b"), plainRetries, { ...now, begun: true })).toEqual({
    do: "stop",
  });
});

test("a slow attempt is joined by one elsewhere when the policy says so, never by a second one", () => {
  const hedging = { ...plainRetries, hedgeAfterMs: 300 };
  const slow = tried("a", null, 900);
  expect(decideNext([slow], places("a", "b"), plainRetries, now)).toEqual({ do: "stop" });
  expect(decideNext([slow], places("a", "b"), hedging, now)).toEqual({ do: "hedge", place: 1, afterMs: 200 });
  expect(decideNext([tried("a", null, 600)], places("a", "b"), hedging, now)).toMatchObject({ afterMs: 0 });
  expect(decideNext([slow], places("a"), hedging, now)).toEqual({ do: "stop" });
  expect(decideNext([slow, tried("b", null, 950)], places("a", "b", "c"), hedging, now)).toEqual({ do: "stop" });
  expect(decideNext([tried("a", null, 0), tried("b", "busy", 400)], places("a", "b", "c"), hedging, now)).toEqual({
    do: "hedge",
    place: 2,
    afterMs: 0,
  });
});
