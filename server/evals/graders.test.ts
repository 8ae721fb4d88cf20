import { expect, test } from "vitest";
import { type Grader, grade, tokenF1 } from "#server/evals/graders.rule.ts";

const mark = (grader: Omit<Grader, "name">, reference: string, output: string | null) =>
  grade({ name: "g", ...grader }, reference, output).mark;

test("an exact match ignores only white space at the ends and the way accents are composed", () => {
  expect(mark({ kind: "exact_match" }, "café", "cafe\u0301 \r\n")).toBe(1);
  expect(mark({ kind: "exact_match" }, "yes", "Yes")).toBe(0);
});

test("contains ignores case", () => {
  expect(mark({ kind: "contains" }, "Paris", "It is PARIS, of course.")).toBe(1);
  expect(mark({ kind: "contains" }, "Paris", "London")).toBe(0);
});

test("JSON fields are equal whatever the order of keys, and a fence does not hide them", () => {
  const reference = '{"category":"billing","priority":"high"}';
  expect(mark({ kind: "json_fields" }, reference, '{"priority":"high","category":"billing"}')).toBe(1);
  expect(mark({ kind: "json_fields" }, reference, '```json\n{"category":"billing","priority":"high"}\n```')).toBe(1);
  expect(mark({ kind: "json_fields" }, reference, '{"category":"billing","priority":"low"}')).toBe(0);
  expect(
    mark({ kind: "json_fields", fields: ["category"] }, reference, '{"category":"billing","priority":"low"}'),
  ).toBe(1);
  expect(mark({ kind: "json_fields" }, reference, '{"category":"billing","priority":"high","note":"x"}')).toBe(0);
});

test("a chosen field may lie inside, and one that the reference lacks never passes", () => {
  const reference = '{"to":{"city":"Oslo"}}';
  expect(mark({ kind: "json_fields", fields: ["to.city"] }, reference, '{"to":{"city":"Oslo","zip":1}}')).toBe(1);
  expect(mark({ kind: "json_fields", fields: ["to.zip"] }, reference, '{"to":{}}')).toBe(0);
  expect(mark({ kind: "json_fields", fields: ["__proto__"] }, "{}", "{}")).toBe(0);
});

test("half a JSON document is not valid", () => {
  expect(mark({ kind: "json_valid" }, "", '{"a":1')).toBe(0);
  expect(mark({ kind: "json_valid" }, "", '{"a":1}')).toBe(1);
});

test("token F1 has SQuAD's values", () => {
  expect(tokenF1("the cat sat", "a cat sat down")).toBeCloseTo(0.8, 12);
  expect(tokenF1("cat cat", "cat")).toBeCloseTo(2 / 3, 12);
  expect(tokenF1("", "")).toBe(1);
  expect(tokenF1("cat", "")).toBe(0);
});

test("a call that failed gets no mark from any grader", () => {
  for (const kind of ["exact_match", "contains", "json_valid", "json_fields", "token_f1"] as const)
    expect(grade({ name: "g", kind }, "", null)).toEqual({ mark: 0, passed: false });
});
