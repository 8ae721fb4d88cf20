import { expect, test } from "vitest";
import { caseOf } from "#server/evals/case.rule.ts";
import { formatLeftOut, whyNoCase } from "#server/evals/left-out.rule.ts";

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

test("a row that is no case says why", () => {
  const row = { prompt: [u("q")], completion: [a("x")] };
  const rows = [
    [{ ...row, label: false }, "bad_answer"],
    [{ prompt: [u("q")], chosen: [a("x")], rejected: [a("y")] }, "preference"],
    [{ text: "The sky is blue." }, "text"],
    [{ messages: [a("Hello!")] }, "no_question"],
    [{ messages: [u("q"), { ...a("no"), weight: 0 }] }, "no_answer"],
  ] as const;
  for (const [row, why] of rows) expect([caseOf(row), whyNoCase(row)]).toEqual([null, why]);
  expect(formatLeftOut(18, { bad_answer: 100, beyond_max: 19 })).toBe(
    "119 of 137 rows are left out: 100 with an answer that is labelled bad, 19 beyond the most cases asked for",
  );
  expect(formatLeftOut(1, { text: 1 })).toBe("1 of 2 rows is left out: 1 of plain text without a question");
  expect([formatLeftOut(5, {}), formatLeftOut(5, null)]).toEqual([null, null]);
});
