import { expect, test } from "vitest";
import { checkKinds, readGraderOptions } from "#cli/evals.ts";
import { readOptions } from "#server/evals/graders.rule.ts";

test("the shell sets a grader's options as the form does, and refuses what the chosen graders do not take", () => {
  const kinds = ["json_fields", "token_f1"];
  const typed = readGraderOptions(kinds, ["json_fields.fields=category, a=b", "token_f1.threshold=0.7"]);
  expect(kinds.map((kind) => readOptions(kind, typed))).toEqual([{ fields: ["category", "a=b"] }, { threshold: 0.7 }]);
  expect(readOptions("json_fields", readGraderOptions(["json_fields"], []))).toEqual({ fields: undefined });
  expect(() => readGraderOptions(["json_fields"], ["token_f1.threshold=0.7"])).toThrow("json_fields.fields=VALUE");
  expect(() => readGraderOptions(["exact_match"], ["fields"])).toThrow("the chosen graders take nothing");
});

test("a grader that does not exist is refused with those that do", () => {
  checkKinds(["exact_match", "json_fields"]);
  expect(() => checkKinds(["exact_match", "exact"])).toThrow(/^there is no grader exact: --grader takes exact_match, /);
});
