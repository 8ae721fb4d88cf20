import { BlockList } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { clientNetwork, parseProxies } from "#server/http/client-network.ts";

const nobody = new BlockList();
const groups = fc.array(fc.nat(0xffff), { minLength: 8, maxLength: 8 });

/** The ways in which one IPv6 address may be written: whole, in capitals, shortened, its end as IPv4. */
function spellings(parts: readonly number[]): string[] {
  const hex = parts.map((part) => part.toString(16));
  const padded = parts.map((part) => part.toString(16).padStart(4, "0")).join(":");
  const [high = 0, low = 0] = parts.slice(6);
  const dotted = [high >> 8, high & 255, low >> 8, low & 255].join(".");
  return [
    hex.join(":"),
    padded.toUpperCase(),
    new URL(`http://[${padded}]/`).hostname.slice(1, -1),
    `${hex.slice(0, 6).join(":")}:${dotted}`,
  ];
}

test("an IPv6 address is one network however it is written, and no subscriber shares it", () => {
  fc.assert(
    fc.property(groups, groups, (own, other) => {
      const expected = `${own
        .slice(0, 4)
        .map((part) => part.toString(16))
        .join(":")}::/64`;
      for (const address of spellings(own)) expect(clientNetwork(address, undefined, nobody), address).toBe(expected);
      const neighbour = [...own.slice(0, 4), ...other.slice(4)].map((part) => part.toString(16)).join(":");
      expect(clientNetwork(neighbour, undefined, nobody)).toBe(expected);
    }),
  );
});

test("zeros that are left out before an end in IPv4 are counted as what they are", () => {
  expect(clientNetwork("::5:6:7:1.2.3.4", undefined, nobody)).toBe("0:0:0:5::/64");
  expect(clientNetwork("64:ff9b::192.0.2.1", undefined, nobody)).toBe("64:ff9b:0:0::/64");
});

test("an address with a zone, a port or brackets is the bare one", () => {
  expect(clientNetwork("fe80::1%eth0", undefined, nobody)).toBe("fe80:0:0:0::/64");
  const proxy = parseProxies("::1");
  if ("wrong" in proxy) throw new Error(proxy.wrong);
  expect(clientNetwork("::1", "[2001:db8::7]:4711", proxy)).toBe("2001:db8:0:0::/64");
  expect(clientNetwork("::1", "::ffff:192.0.2.9", proxy)).toBe("192.0.2.9");
});

test("the last address that no proxy of ours has is the caller's, however long the chain that they send", () => {
  const proxies = parseProxies("10.0.0.0/8, ::1");
  if ("wrong" in proxies) throw new Error(proxies.wrong);
  fc.assert(
    fc.property(fc.array(fc.ipV4(), { maxLength: 5 }), fc.nat(3), (claimed, hops) => {
      const chain = [...claimed, "192.0.2.7", ...Array.from({ length: hops }, (_, i) => `10.1.1.${i}`)];
      expect(clientNetwork("10.0.0.1", chain.join(" , "), proxies)).toBe("192.0.2.7");
      expect(clientNetwork("203.0.113.5", chain.join(","), proxies)).toBe("203.0.113.5");
    }),
  );
  expect(clientNetwork("10.0.0.1", "10.2.2.2, 10.3.3.3", proxies)).toBe("10.2.2.2"); // all of them are ours
});

test.each(["10.0.0.0/1e1", "10.0.0.0/0x8", "10.0.0.0/+8", "10.0.0.0/-0", "10.0.0.0/ 8", "10.0.0.0/8.0", "::/ 64"])(
  "%s is no range: its length must be digits",
  (text) => {
    expect(parseProxies(text)).toEqual({ wrong: text });
  },
);

test("an empty list trusts nobody, and commas too many are no entries", () => {
  for (const text of ["", " ", ",", " , ,"]) {
    const list = parseProxies(text);
    expect("wrong" in list ? list : list.rules).toEqual([]);
  }
});
