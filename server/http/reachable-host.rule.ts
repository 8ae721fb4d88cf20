/**
 * The host of a URL that reaches a server which listens on `host`: `anyAddress` for one that listens on all of them,
 * IPv6 in brackets.
 */
export function reachableHost(host: string, anyAddress: "127.0.0.1" | "localhost" = "127.0.0.1"): string {
  if (host === "0.0.0.0" || host === "::") return anyAddress;
  return host.includes(":") ? `[${host}]` : host;
}
