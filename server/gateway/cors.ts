import type { IncomingMessage, ServerResponse } from "node:http";

const rememberedSeconds = 600;
const readable = [
  "x-request-id",
  "retry-after",
  "x-forge-deployment",
  "x-forge-revision",
  "x-forge-model-version",
  "x-forge-attempts",
  "x-forge-cost-usd",
  ...["limit", "remaining", "reset"].flatMap((what) => [`x-ratelimit-${what}-requests`, `x-ratelimit-${what}-tokens`]),
].join(", ");

/**
 * Let pages of these origins call the API; `*` is any. Their browsers send the key themselves, never a cookie, so no
 * credentials are allowed. Returns true when it has answered: a preflight.
 */
export function createCors(origins: readonly string[]) {
  const any = origins.includes("*");
  return function cors(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    const { origin } = incoming.headers;
    if (origins.length === 0 || origin === undefined) return false;
    outgoing.setHeader("vary", "origin");
    if (!any && !origins.includes(origin)) return false;
    outgoing.setHeader("access-control-allow-origin", origin);
    outgoing.setHeader("access-control-expose-headers", readable);
    if (incoming.method !== "OPTIONS") return false;
    outgoing.writeHead(204, {
      "access-control-allow-methods": "GET, POST, DELETE",
      "access-control-allow-headers": incoming.headers["access-control-request-headers"] ?? "",
      "access-control-max-age": String(rememberedSeconds),
    });
    outgoing.end();
    return true;
  };
}
