import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import next from "next";
import { env, publicUrl, trustedProxies } from "#server/env.ts";
import { clientNetwork, networkHeader } from "#server/http/client-network.ts";
import { contentSecurityPolicy, nonceHeader, securityHeaders } from "#server/http/page-security.rule.ts";
import { cutUnreadBody } from "#server/http/unread-body.ts";
import { log } from "#server/log.ts";
import { inheritedListener } from "#server/ops/processes/listener.ts";

/** Longer than the proxies in front of us keep an idle connection, so that it is they who close it. */
const keepAliveMs = 75_000;
/** Streams of open pages never end by themselves; the browser connects again. */
const drainWithinMs = 1_000;

const { FORGE_HOST, FORGE_PORT } = env();
const proxies = trustedProxies();
const headers = Object.entries(securityHeaders(publicUrl()));
const app = next({ dev: false, dir: process.cwd(), hostname: FORGE_HOST, port: FORGE_PORT });
await app.prepare();
const handle = app.getRequestHandler();

/** Next in a server of ours: it takes the nonce for its own scripts from the policy on the request. */
const server = createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
  cutUnreadBody(request, response);
  const forwarded = request.headers["x-forwarded-for"];
  const network = clientNetwork(request.socket.remoteAddress, forwarded?.toString(), proxies);
  delete request.headers[networkHeader];
  if (network) request.headers[networkHeader] = network;
  const nonce = randomBytes(16).toString("base64");
  const policy = contentSecurityPolicy(nonce);
  delete request.headers["content-security-policy-report-only"];
  request.headers["content-security-policy"] = policy;
  request.headers[nonceHeader] = nonce;
  // next-auth answers 500 to one that is no address, and any program on this host can have set it; we never read it
  request.headers.cookie = request.headers.cookie?.replace(/(?:__Secure-)?next-auth\.callback-url=[^;]*;?/g, "");
  for (const [name, value] of headers) response.setHeader(name, value);
  response.setHeader("content-security-policy", policy);
  const refusal = refuse(request.url ?? "", request.method);
  if (!refusal) return void handle(request, response); // it answers its own failures
  response.writeHead(refusal.status, { ...refusal.headers, "content-type": "text/plain" });
  response.end(`${refusal.message}\n`);
});

/** Next answers 500 to an address that it cannot decode, and reads whatever is posted to a page; no text of ours holds a NUL. */
function refuse(url: string, method: string | undefined) {
  const path = url.split("?")[0] ?? "";
  if (!isReadable(path)) return { status: 400, headers: {}, message: "this address cannot be read" };
  const isPage = !path.startsWith("/api/");
  if (!isPage || method === "GET" || method === "HEAD") return null;
  return { status: 405, headers: { allow: "GET, HEAD" }, message: "a page can only be read" };
}

function isReadable(path: string): boolean {
  try {
    return !decodeURIComponent(path).includes("\u0000");
  } catch {
    return false;
  }
}

const held = await inheritedListener();
const listening = () => log.info({ pid: process.pid, port: FORGE_PORT }, "console.listening");
if (held) server.listen(held, listening);
else server.listen(FORGE_PORT, FORGE_HOST, listening);

for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => void stop());

async function stop() {
  server.close();
  server.closeIdleConnections();
  await sleep(drainWithinMs);
  server.closeAllConnections();
  process.exit(0);
}
