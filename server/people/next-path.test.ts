import { expect, test } from "vitest";
import { nextPath } from "#server/people/next-path.rule.ts";

test("signing in never leads to another site", () => {
  expect(nextPath("/default/runs?status=running")).toBe("/default/runs?status=running");
  for (const bad of [
    null,
    undefined,
    "",
    "https://evil.test",
    "//evil.test",
    "/\\evil.test",
    "javascript:alert(1)",
    "/\t/evil.test",
  ])
    expect(nextPath(bad)).toBe("/");
});
