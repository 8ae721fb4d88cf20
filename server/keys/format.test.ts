import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import { credentialOf } from "#server/keys/credential.rule.ts";
import { formKey, isWellFormedKey } from "#server/keys/format.rule.ts";

const fresh = () => formKey((below) => randomInt(below));

test("a key has its prefix, at least 190 random bits and a checksum that fits", () => {
  const key = fresh();
  expect(key).toMatch(/^lf_[0-9A-Za-z]{39}$/);
  expect(33 * Math.log2(62)).toBeGreaterThanOrEqual(190);
  expect(isWellFormedKey(key)).toBe(true);
  expect(fresh()).not.toBe(key);
});

test("any single wrong character is noticed", () => {
  const key = fresh();
  for (let at = 3; at < key.length; at++) {
    const other = key.charAt(at) === "A" ? "B" : "A";
    expect(isWellFormedKey(key.slice(0, at) + other + key.slice(at + 1))).toBe(false);
  }
  for (const odd of ["", "lf_", `${key}x`, key.slice(1), key.toUpperCase(), ` ${key}`, `${key}\n`])
    expect(isWellFormedKey(odd)).toBe(false);
});

test("a made-up key passes the checksum about once in four billion times", () => {
  let passed = 0;
  for (let i = 0; i < 20_000; i++) {
    const body = Array.from({ length: 39 }, () => "0123456789abcdefABCDEF".charAt(randomInt(22))).join("");
    if (isWellFormedKey(`lf_${body}`)) passed += 1;
  }
  expect(passed).toBe(0);
});

const headers = (values: Record<string, string>) => new Headers(values);

test("bearer and x-api-key are read by one extractor; two that differ are refused", () => {
  expect(credentialOf(headers({}))).toEqual({ kind: "none" });
  expect(credentialOf(headers({ authorization: "Bearer abc" }))).toEqual({ kind: "token", token: "abc" });
  expect(credentialOf(headers({ authorization: "Basic abc" }))).toEqual({ kind: "none" });
  expect(credentialOf(headers({ authorization: "Basic abc", "x-api-key": "abc" })).kind).toBe("token");
  expect(credentialOf(headers({ authorization: "bearer  abc" }))).toEqual({ kind: "token", token: "abc" });
  expect(credentialOf(headers({ "x-api-key": " abc " }))).toEqual({ kind: "token", token: "abc" });
  expect(credentialOf(headers({ authorization: "Bearer abc", "x-api-key": "abc" })).kind).toBe("token");
  expect(credentialOf(headers({ authorization: "Bearer abc", "x-api-key": "abd" }))).toEqual({
    kind: "two",
    bearer: "abc",
    apiKey: "abd",
  });
});

test("what cannot be a credential is not taken for one", () => {
  for (const authorization of ["Bearer", "Bearer a b", "Bearer \u00e9", `Bearer ${"x".repeat(2_000)}`])
    expect(credentialOf(headers({ authorization })).kind).toBe("unusable");
  expect(credentialOf(headers({ "x-api-key": "" })).kind).toBe("unusable");
});
