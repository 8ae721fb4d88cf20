import { expect, test } from "vitest";
import { reachableHost } from "#server/http/reachable-host.rule.ts";
import { isSameOrigin } from "#server/http/same-origin.rule.ts";

const publicOrigin = "https://forge.example.com";
const ours = (headers: Record<string, string>) => isSameOrigin(new Headers(headers), publicOrigin);

test("what the browser says of itself decides, whatever the origin claims", () => {
  expect(ours({ "sec-fetch-site": "same-origin" })).toBe(true);
  for (const site of ["same-site", "cross-site", "none", ""])
    expect(ours({ "sec-fetch-site": site, origin: publicOrigin, host: "forge.example.com" }), site).toBe(false);
});

test("without that the origin must be the public address or the host that was asked", () => {
  expect(ours({ origin: publicOrigin, host: "127.0.0.1:3000" })).toBe(true);
  expect(ours({ origin: "http://10.0.0.5:3000", host: "10.0.0.5:3000" })).toBe(true);
});

test.each<Record<string, string>>([
  {},
  { host: "forge.example.com" },
  { origin: "null", host: "forge.example.com" },
  { origin: "not an address", host: "not an address" },
  { origin: "https://evil.example", host: "forge.example.com" },
  { origin: "https://forge.example.com.evil.example", host: "forge.example.com" },
  { origin: "http://10.0.0.5:4000", host: "10.0.0.5:3000" },
  { origin: "https://forge.example.com:444", host: "forge.example.com" },
])("another page's request, or one that says nothing, is not ours: %j", (headers) => {
  expect(isSameOrigin(new Headers(headers), publicOrigin)).toBe(false);
});

test("a server that listens everywhere is reached on this machine, one of IPv6 in brackets", () => {
  expect(["0.0.0.0", "::"].map((host) => reachableHost(host))).toEqual(["127.0.0.1", "127.0.0.1"]);
  expect(reachableHost("0.0.0.0", "localhost")).toBe("localhost");
  for (const host of ["::1", "fe80::1", "forge.internal", "10.0.0.5"]) {
    const url = new URL(`http://${reachableHost(host, "localhost")}:3000/`);
    expect(url.hostname.replace(/^\[|\]$/g, "")).toBe(host);
  }
});
