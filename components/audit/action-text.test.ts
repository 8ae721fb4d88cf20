import { expect, test } from "vitest";
import { formatAction } from "#components/audit/action-text.ts";
import { actions } from "#server/signals/actions.ts";

test("an audit row says what was done in words, never as a procedure", () => {
  expect(formatAction("datasets.archive")).toBe("Archive dataset");
  expect(formatAction("deployments.setWeights")).toBe("Move traffic");
  expect(formatAction("runs.start")).toBe("Start run");
  for (const action of Object.keys(actions)) expect(formatAction(action)).toMatch(/^[A-Z][a-z']+( [a-z'-]+)*$/);
});

test("an action that only old rows name is shown as it was recorded", () => {
  expect(formatAction("people.disableUser")).toBe("people.disableUser");
  expect(formatAction("constructor")).toBe("constructor");
});
