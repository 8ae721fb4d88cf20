import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import next from "next";
import { clientNetwork, networkHeader } from "#server/client-network.ts";
import { env, trustedProxies } from "#server/env.ts";
import { log } from "#server/log.ts";
import { inheritedListener } from "#server/ops/processes/listener.ts";

/** Streams of open pages never end by themselves; the browser connects again. */
const drainWithinMs = 1_000;

const { FORGE_HOST, FORGE_PORT } = env();
const proxies = trustedProxies();
const app = next({ dev: false, dir: process.cwd(), hostname: FORGE_HOST, port: FORGE_PORT });
await app.prepare();
const handle = app.getRequestHandler();

const server = createServer((request, response) => {
  const forwarded = request.headers["x-forwarded-for"];
  const network = clientNetwork(request.socket.remoteAddress, forwarded?.toString(), proxies);
  delete request.headers[networkHeader];
  if (network) request.headers[networkHeader] = network;
  void handle(request, response); // it answers its own failures
});

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
