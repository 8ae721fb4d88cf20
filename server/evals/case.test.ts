import { expect, test } from "vitest";
import { caseOf } from "#server/evals/case.rule.ts";

const u = (content: string) => ({ role: "user", content });
const a = (content: string) => ({ role: "assistant", content });

test("an answer that was excluded from learning is no reference", () => {
  const turns = [u("q"), a("good"), u("again"), { ...a("no"), weight: 0 }];
  expect(caseOf({ messages: turns })).toEqual({ prompt: [u("q")], reference: "good" });
  expect(caseOf({ messages: [u("p"), { ...a("no"), weight: 0 }, u("q"), a("good")] })).toEqual({
    prompt: [u("p"), a("no"), u("q")],
    reference: "good",
  });
  expect(caseOf({ messages: [u("q"), { ...a("no"), weight: 0 }] })).toBeNull();
});

test("of unpaired preferences only the good answers are references", () => {
  const row = { prompt: [u("q")], completion: [a("x")] };
  expect(caseOf({ ...row, label: true })).toEqual({ prompt: [u("q")], reference: "x" });
  expect(caseOf({ ...row, label: false })).toBeNull();
});
