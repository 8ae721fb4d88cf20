import { expect, test } from "vitest";
import { compare, type PairedCase } from "#server/evals/compare.rule.ts";

const cases = (count: number, baseline: number, candidate: number): PairedCase[] =>
  Array.from({ length: count }, () => ({ baseline: { json: baseline }, candidate: { json: candidate } }));

test("a clear gain is better, with every win, loss and tie counted", () => {
  const [summary] = compare(
    [{ name: "json", kind: "json_fields" }],
    [...cases(2, 1, 1), ...cases(190, 0, 1), ...cases(3, 1, 0), ...cases(5, 0, 0)],
  );
  expect(summary).toMatchObject({ n: 200, wins: 190, losses: 3, ties: 7, verdict: "better" });
  expect(summary?.baseline.score).toBeCloseTo(0.025, 12);
  expect(summary?.candidate.score).toBeCloseTo(0.96, 12);
  expect(summary?.difference.low).toBeGreaterThan(0.87);
  expect(summary?.pValue).toBeLessThan(1e-40);
});

test("few cases cannot tell, and say how many it would take", () => {
  const [summary] = compare(
    [{ name: "json", kind: "exact_match" }],
    [...cases(10, 1, 1), ...cases(3, 0, 1), ...cases(2, 1, 0)],
  );
  expect(summary?.verdict).toBe("cannot tell");
  expect(summary?.needed).toBeGreaterThan(500);
});

test("no cases is no verdict", () => {
  expect(compare([{ name: "json", kind: "exact_match" }], [])[0]).toMatchObject({
    n: 0,
    verdict: "cannot tell",
    needed: null,
  });
});

test("marks between 0 and 1 are compared by their means, without a test for shares", () => {
  const pairs = Array.from({ length: 50 }, (_, i) => ({
    baseline: { f1: (i % 10) / 20 },
    candidate: { f1: 0.4 + (i % 10) / 20 },
  }));
  const [summary] = compare([{ name: "f1", kind: "token_f1" }], pairs);
  expect(summary?.difference.score).toBeCloseTo(0.4, 12);
  expect(summary).toMatchObject({ verdict: "better", pValue: null, wins: 50 });
});

test("what marks between 0 and 1 can show depends on how much their differences vary, not on how many differ", () => {
  // differences of −0.02 and +0.038 in turn: mean 0.009, standard deviation 0.029
  const pairs = Array.from({ length: 400 }, (_, i) => ({
    baseline: { f1: 0.5 },
    candidate: { f1: i % 2 ? 0.538 : 0.48 },
  }));
  const [summary] = compare([{ name: "f1", kind: "token_f1" }], pairs);
  expect(summary).toMatchObject({ verdict: "better", wins: 200, losses: 200 });
  expect(summary?.detectable).toBeCloseTo((2.8016 * 0.029) / 20, 4);
  expect(summary?.needed).toBe(Math.ceil((2.8016 * (0.029 / 0.009)) ** 2));
  expect(compare([{ name: "f1", kind: "token_f1" }], pairs.slice(0, 1))[0]?.detectable).toBe(1);
});

test("under six cases there is no verdict, however they went", () => {
  const won = (n: number) => Array.from({ length: n }, () => ({ baseline: { g: 0 }, candidate: { g: 1 } }));
  const verdict = (n: number) => compare([{ name: "g", kind: "exact_match" }], won(n))[0]?.verdict;
  expect([0, 5, 6].map(verdict)).toEqual(["cannot tell", "cannot tell", "better"]);
});
