import { BlockList, isIP } from "node:net";

/** Set by the process that took the connection, over whatever a client sent: nobody can name a network of their choice. */
export const networkHeader = "x-forge-network";

/** Addresses and ranges (`10.0.0.0/8`, `::1`) as one list; null names the first that is none. */
export function parseProxies(text: string): BlockList | { wrong: string } {
  const list = new BlockList();
  for (const part of text
    .split(",")
    .map((each) => each.trim())
    .filter(Boolean)) {
    const [address = "", bits, ...rest] = part.split("/");
    const version = isIP(address);
    const most = version === 4 ? 32 : 128;
    const prefix = bits === undefined ? most : /^\d+$/.test(bits) ? Number(bits) : Number.NaN;
    if (version === 0 || rest.length > 0 || !(prefix <= most)) return { wrong: part };
    list.addSubnet(address, prefix, version === 4 ? "ipv4" : "ipv6");
  }
  return list;
}

/**
 * The network a request comes from: the address of the connection, or, where that is a trusted proxy, the last address
 * in X-Forwarded-For that is none. An IPv6 caller is known by the first 64 bits: one subscriber has them all.
 */
export function clientNetwork(
  peer: string | undefined,
  forwardedFor: string | undefined,
  proxies: BlockList,
): string | null {
  const chain = [...(forwardedFor ?? "").split(",").map((each) => each.trim()), peer ?? ""];
  let address: string | null = null;
  for (const each of chain.toReversed()) {
    const known = bare(each);
    if (isIP(known) === 0) break;
    address = known;
    if (!proxies.check(known, isIP(known) === 4 ? "ipv4" : "ipv6")) break;
  }
  if (address === null || isIP(address) === 4) return address;
  return `${firstGroups(address)}::/64`;
}

/** `::ffff:10.0.0.1` is 10.0.0.1, `fe80::1%eth0` is fe80::1, `[::1]:99` is ::1. */
function bare(text: string) {
  const address = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? text;
  return address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
}

function firstGroups(address: string) {
  const [left = "", right] = address.toLowerCase().split("::");
  const groups = left === "" ? [] : left.split(":");
  const tail = right === undefined || right === "" ? [] : right.split(":");
  const dotted = tail.at(-1)?.includes(".") ? 1 : 0; // an end as IPv4 takes two groups
  const zeros = right === undefined ? 0 : Math.max(0, 8 - groups.length - tail.length - dotted);
  return [...groups, ...Array.from({ length: zeros }, () => "0"), ...tail]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}
