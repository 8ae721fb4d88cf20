import { expect, test } from "vitest";
import { actionWords } from "#components/audit/action-words.ts";
import { actions } from "#server/signals/actions.ts";

test("an audit row says what was done in words, never as a procedure", () => {
  expect(actionWords("datasets.archive")).toBe("Archive dataset");
  expect(actionWords("deployments.setWeights")).toBe("Move traffic");
  expect(actionWords("runs.start")).toBe("Start run");
  for (const action of Object.keys(actions)) expect(actionWords(action)).toMatch(/^[A-Z][a-z']+( [a-z'-]+)*$/);
});

test("an action that only old rows name is shown as it was recorded", () => {
  expect(actionWords("people.disableUser")).toBe("people.disableUser");
  expect(actionWords("constructor")).toBe("constructor");
});
