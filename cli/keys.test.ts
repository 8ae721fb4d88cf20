import { expect, test } from "vitest";
import { parseExpiry, parseScopes, pickKey } from "#cli/keys.ts";

test("a life is written in days, weeks, months or years, or is never over", () => {
  expect(["90d", "2w", "6m", "1y", "never"].map(parseExpiry)).toEqual([90, 14, 180, 365, null]);
  for (const bad of ["", "90", "0d", "-1d", "1.5d", "90 days", "forever"])
    expect(() => parseExpiry(bad)).toThrow("write 90d");
});

test("scopes are repeated or separated by commas, and an unknown one lists what there is", () => {
  expect(parseScopes("runs:read, admin", ["inference"])).toEqual(["inference", "runs:read", "admin"]);
  expect(() => parseScopes("infer", [])).toThrow("there is no scope infer; there are inference");
});

test("a key is meant by name, id or short id; an ambiguous name lists its matches", () => {
  const keys = [
    { id: "key_01aaaaaa1111", name: "ci" },
    { id: "key_01aaaaaa2222", name: "ci" },
    { id: "key_01aaaaaa3333", name: "app" },
  ];
  expect(pickKey(keys, "app").id).toBe("key_01aaaaaa3333");
  expect(pickKey(keys, "aa2222").id).toBe("key_01aaaaaa2222");
  expect(pickKey(keys, "key_01aaaaaa1111").id).toBe("key_01aaaaaa1111");
  expect(() => pickKey(keys, "ci")).toThrow("ci means 2 live keys: ci (aa1111), ci (aa2222)");
  expect(() => pickKey(keys, "none")).toThrow("there is no live key none");
});
