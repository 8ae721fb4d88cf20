import { expect, test } from "vitest";
import { proxyWarning } from "#server/http/proxy-warning.rule.ts";

const plain = { FORGE_HOST: "127.0.0.1", FORGE_PORT: 3000, FORGE_TRUSTED_PROXIES: "" };

test("a public address that only a proxy can answer is warned of while no proxy is trusted", () => {
  for (const FORGE_PUBLIC_URL of [
    "https://forge.example.com",
    "http://forge.example.com",
    "http://forge.example.com:3000",
  ])
    expect(proxyWarning({ ...plain, FORGE_PUBLIC_URL })).toMatch(/FORGE_TRUSTED_PROXIES is not set.*127\.0\.0\.1/);
  const named = { ...plain, FORGE_TRUSTED_PROXIES: "10.0.0.0/8", FORGE_PUBLIC_URL: "https://forge.example.com" };
  expect(proxyWarning(named)).toBeNull();
});

test("an address that the console answers itself is not", () => {
  expect(proxyWarning({ ...plain, FORGE_PUBLIC_URL: undefined })).toBeNull();
  expect(proxyWarning({ ...plain, FORGE_PUBLIC_URL: "http://localhost:3000" })).toBeNull();
  const open = { ...plain, FORGE_HOST: "0.0.0.0", FORGE_PUBLIC_URL: "http://forge.example.com:3000" };
  expect(proxyWarning(open)).toBeNull();
});
