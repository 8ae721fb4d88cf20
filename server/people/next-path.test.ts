import { expect, test } from "vitest";
import { nextPath, safeCallbackUrl } from "#server/people/next-path.rule.ts";

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

test("a sign-in leads back to this console only, whatever address was asked for", () => {
  const here = "https://forge.example.com";
  expect(safeCallbackUrl("/default/runs", here)).toBe("https://forge.example.com/default/runs");
  expect(safeCallbackUrl("https://forge.example.com/a?b", here)).toBe("https://forge.example.com/a?b");
  for (const foreign of [
    "https://evil.test/a",
    "//evil.test",
    "/\\evil.test",
    "javascript:alert(1)",
    "http://",
    "evil.test:x",
  ])
    expect(safeCallbackUrl(foreign, here)).toMatch(/^https:\/\/forge\.example\.com/);
  expect(safeCallbackUrl("http://forge.example.com", here)).toBe(here);
});
