import { expect, test } from "vitest";
import { actionWords } from "#components/audit/action-words.ts";
import { access } from "#server/access.rule.ts";

test("an audit row says what was done in words, never as a procedure", () => {
  expect(actionWords("datasets.archive")).toBe("Archive dataset");
  expect(actionWords("deployments.setWeights")).toBe("Move traffic");
  expect(actionWords("runs.start")).toBe("Start run");
  expect(actionWords("people.disableUser")).toBe("Disable user");
  for (const procedure of Object.keys(access)) expect(actionWords(procedure)).toMatch(/^[A-Z][a-z']+( [a-z'-]+)*$/);
});
