import { expect, test } from "vitest";
import { advance, mergeWanted, serves } from "#components/live.rule.ts";

test("tabs share one stream that starts where the slowest of them stands", () => {
  expect(mergeWanted([{ "run:a": 12 }, { "run:a": 7, "project:p": null }, { "run:b": 3 }])).toEqual({
    "run:a": 7,
    "project:p": null,
    "run:b": 3,
  });
});

test("a stream is kept only while it covers what is wanted", () => {
  expect(serves({ "run:a": 5 }, { "run:a": 9 })).toBe(true);
  expect(serves({ "run:a": 5 }, { "run:a": 3 })).toBe(false);
  expect(serves({ "run:a": null }, { "run:a": 3 })).toBe(false);
  expect(serves({ "run:a": 5 }, { "run:a": 5, "project:p": null })).toBe(false);
  expect(serves({ "project:p": null, "run:a": 1 }, { "project:p": null })).toBe(false);
});

test("nobody gets an event twice, and who came late waits for the replay instead of skipping ahead", () => {
  const event = { topic: "run:a", seq: 5, after: 4, data: null };
  expect(advance(4, event)).toBe(5);
  expect(advance(5, event)).toBe("skip");
  expect(advance(0, event)).toBe("skip");
  expect(advance(null, event)).toBe(5);
  expect(advance(3, { ...event, after: null })).toBe("skip");
  expect(advance(null, { ...event, seq: null, after: null })).toBeNull();
});
