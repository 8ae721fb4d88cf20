import { expect, test } from "vitest";
import { finalRunStatuses, heldRunStatuses, runStatuses } from "#db/enums.ts";
import { isAtRest, isFinal, nextRunStatuses, sourcesOf } from "#server/runs/status.rule.ts";

test("the sources of a status are exactly those from which the table leads there", () => {
  for (const to of runStatuses) {
    const sources = sourcesOf(to);
    for (const from of runStatuses) {
      const next: readonly string[] = nextRunStatuses[from];
      expect(sources.includes(from), `${from} → ${to}`).toBe(next.includes(to));
    }
  }
});

test("a success is the end; every other end can only be queued again", () => {
  expect(nextRunStatuses.succeeded).toEqual([]);
  for (const status of finalRunStatuses)
    if (status !== "succeeded") expect(nextRunStatuses[status], status).toEqual(["queued"]);
});

test("no status leads to itself, and none is a trap: every run can come to an end", () => {
  for (const status of runStatuses) {
    const seen = new Set<string>([status]);
    for (const at of seen)
      for (const next of runStatuses) if (sourcesOf(next).some((from) => from === at)) seen.add(next);
    expect(sourcesOf(status), status).not.toContain(status);
    expect(
      [...seen].some((reached) => finalRunStatuses.some((end) => end === reached)),
      status,
    ).toBe(true);
  }
});

test("what a worker holds is neither final nor at rest; a paused run is at rest without having ended", () => {
  for (const status of heldRunStatuses)
    expect([status, isFinal(status), isAtRest(status)]).toEqual([status, false, false]);
  expect([isFinal("paused"), isAtRest("paused")]).toEqual([false, true]);
  expect([isFinal("queued"), isAtRest("queued")]).toEqual([false, false]);
  for (const status of finalRunStatuses) expect([isFinal(status), isAtRest(status)]).toEqual([true, true]);
});
