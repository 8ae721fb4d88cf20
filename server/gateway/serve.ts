import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { cutUnreadBody } from "#server/http/unread-body.ts";

const idleMs = 60_000;
const keepAliveMs = 75_000;

/** An address, or a socket that another process holds. */
export type ListenAt = { host: string; port: number } | { handle: object };

export type GatewayServer = {
  port: number;
  /** Stop taking connections, let live answers finish for at most `withinMs`, then cut what is left. Returns how many were cut. */
  drain: (withinMs: number) => Promise<number>;
};

/**
 * Listen. There is no limit on how long a request may take (an upload, a first use that loads a model), only on
 * silence: a body that stops coming for a minute is refused, an answer that is being computed is left alone.
 */
export async function serveGateway(listener: RequestListener, at: ListenAt): Promise<GatewayServer> {
  const open = new Set<IncomingMessage>();
  let draining = false;
  const server = createServer(
    { requestTimeout: 0, headersTimeout: idleMs, keepAliveTimeout: keepAliveMs, connectionsCheckingInterval: 10_000 },
    (incoming, outgoing) => {
      open.add(incoming);
      if (draining) outgoing.shouldKeepAlive = false;
      cutUnreadBody(incoming, outgoing);
      outgoing.on("close", () => open.delete(incoming));
      listener(incoming, outgoing);
    },
  );
  server.setTimeout(idleMs, (socket) => {
    const busy = [...open].some((incoming) => incoming.socket === socket && incoming.complete);
    if (!busy) socket.destroy();
  });
  await listen(server, at);
  return {
    port: portOf(server),
    drain: async (withinMs) => {
      draining = true;
      server.close();
      server.closeIdleConnections();
      const deadline = performance.now() + withinMs;
      while (open.size > 0 && performance.now() < deadline) await sleep(20);
      const cut = open.size;
      server.closeAllConnections();
      return cut;
    },
  };
}

function listen(server: Server, at: ListenAt): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    const listening = () => {
      server.off("error", reject);
      resolve();
    };
    if ("handle" in at) server.listen(at.handle, listening);
    else server.listen(at.port, at.host, listening);
  });
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === "object" && address ? address.port : 0;
}
