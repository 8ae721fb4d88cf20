import { expect, test } from "vitest";
import { countedProblems } from "#components/datasets/problem-text.ts";

test("problems are counted in words, most frequent first, one in the singular", () => {
  expect(
    countedProblems({ no_turns: 1, wrong_type: 2, new_code: 1 }).map(({ count, words }) => `${count} ${words}`),
  ).toEqual(["2 fields of the wrong type", "1 chat without turns", "1 new code"]);
});
