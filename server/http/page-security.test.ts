import { expect, test } from "vitest";
import { contentSecurityPolicy, securityHeaders } from "#server/http/page-security.rule.ts";

test("the policy lets only our own files and the nonce's scripts run, and nobody frame us", () => {
  const policy = contentSecurityPolicy("abc");
  expect(policy).toContain("script-src 'self' 'nonce-abc';");
  expect(policy).not.toMatch(/script-src[^;]*unsafe/);
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("object-src 'none'");
});

test("browsers are held to https only where people reach us by https", () => {
  expect(securityHeaders("https://forge.example.com")["strict-transport-security"]).toBe("max-age=31536000");
  expect(securityHeaders("http://localhost:3000")["strict-transport-security"]).toBeUndefined();
  expect(securityHeaders("http://localhost:3000")).toMatchObject({
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  });
});
