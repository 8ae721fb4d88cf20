import type { BlockList } from "node:net";
import { expect, test } from "vitest";
import { clientNetwork, parseProxies } from "#server/http/client-network.ts";

function trusting(text: string): BlockList {
  const list = parseProxies(text);
  if ("wrong" in list) throw new Error(list.wrong);
  return list;
}

test("nobody names a network of their choice: a header counts only from a trusted proxy", () => {
  expect(clientNetwork("203.0.113.9", "192.0.2.1", trusting(""))).toBe("203.0.113.9");
  expect(clientNetwork("127.0.0.1", "198.51.100.1, 192.0.2.1", trusting("127.0.0.1"))).toBe("192.0.2.1");
  expect(clientNetwork("::ffff:10.1.2.3", "192.0.2.1, 10.9.9.9", trusting("10.0.0.0/8"))).toBe("192.0.2.1");
});

test("a proxy that says nothing, or nonsense, is itself the network", () => {
  expect(clientNetwork("127.0.0.1", undefined, trusting("127.0.0.1"))).toBe("127.0.0.1");
  expect(clientNetwork("127.0.0.1", "unknown", trusting("127.0.0.1"))).toBe("127.0.0.1");
  expect(clientNetwork(undefined, "192.0.2.1", trusting(""))).toBeNull();
});

test("one subscriber's addresses of IPv6 are one network", () => {
  const of = (address: string) => clientNetwork(address, undefined, trusting(""));
  expect(of("2001:db8:1:2::3")).toBe("2001:db8:1:2::/64");
  expect(of("2001:DB8:1:2:ffff:1:2:3")).toBe("2001:db8:1:2::/64");
  expect(of("2001:db8::1")).toBe("2001:db8:0:0::/64");
  expect(of("::1")).toBe("0:0:0:0::/64");
});

test.each(["10.0.0.0/33", "10.0.0", "proxy.example", "::/129", "10.0.0.0/", "10.0.0.0/8/8"])(
  "%s is no address",
  (text) => {
    expect(parseProxies(`127.0.0.1, ${text}`)).toEqual({ wrong: text });
  },
);
