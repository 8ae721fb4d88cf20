import type { ChildProcess } from "node:child_process";
import { lookup } from "node:dns/promises";
import { createServer, type Server, type ServerResponse } from "node:http";
import * as net from "node:net";
import { DomainError } from "#server/errors.ts";

/** A listening socket as the operating system knows it; opaque to us. */
export type ListenHandle = { close: () => void };

/**
 * A socket that the supervisor holds and its child accepts on: connections that come while the child is gone wait in the
 * system's backlog instead of being refused. No byte of a call passes through the supervisor.
 */
export type HeldListener = {
  /** let a child that was started with an IPC channel accept; it takes the socket with `inheritedListener` */
  give: (child: ChildProcess) => void;
  /** while no child will be there for some time: answer 503 with Retry-After, those that wait already too */
  apologise: (name: string, retryAfterMs: number) => void;
  /** the end of `apologise`, before the next child */
  resume: () => void;
  close: () => void;
};

/** Bind `port` of `host`, a name or an address. Throws UNAVAILABLE when it cannot be bound. */
export async function holdListener(host: string, port: number): Promise<HeldListener> {
  const { address, family } = await lookup(host);
  let handle: ListenHandle | null = bind(address, port, family);
  let stead: Server | null = null;
  return {
    give: (child) => {
      if (handle) sendHandle(child, handle);
    },
    apologise: (name, retryAfterMs) => {
      if (!handle || stead) return;
      const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
      stead = createServer({ keepAliveTimeout: 1 }, (_request, response) => sayUnavailable(response, name, seconds));
      stead.on("error", () => {}); // the next child says why
      stead.listen(handle);
    },
    resume: () => {
      if (!stead) return;
      stead.close();
      stead.closeAllConnections();
      stead = null;
      handle = bind(address, port, family); // closing a server closes its socket
    },
    close: () => {
      stead?.close();
      stead?.closeAllConnections();
      if (!stead) handle?.close();
      handle = null;
    },
  };
}

/** In the child: the socket that the supervisor holds, or null when this process was started without one. */
export async function inheritedListener(): Promise<ListenHandle | null> {
  if (!process.send) return null;
  const handle = await new Promise<ListenHandle>((resolve) => {
    // safe because only our supervisor starts us with a channel, and this is all that it ever sends
    process.once("message", (_message, sent) => resolve(sent as unknown as ListenHandle));
  });
  process.disconnect?.(); // from here on the two live and die on their own
  return handle;
}

/**
 * Node makes a bound socket that nobody accepts on only for its own cluster module; a `net.Server` of ours would accept
 * what is meant for the child. `_createServerHandle` has had this shape since Node 0.11.
 */
function bind(address: string, port: number, family: number): ListenHandle {
  // safe because it is looked at before it is used
  const create = (net as unknown as Record<string, unknown>)._createServerHandle;
  const made: unknown = typeof create === "function" ? create(address, port, family, -1, 0) : null;
  if (typeof made === "object" && made !== null && "close" in made && typeof made.close === "function")
    return made as ListenHandle; // safe because it has what a handle has
  throw new DomainError("UNAVAILABLE", `port ${port} of ${address} cannot be bound (${String(made)})`);
}

function sendHandle(child: ChildProcess, handle: ListenHandle) {
  // safe because Node sends its own handles as they are; its types know only the servers around them
  child.send({ listen: true }, handle as unknown as net.Server, () => {}); // a child that is gone already needs none
}

function sayUnavailable(response: ServerResponse, name: string, seconds: number) {
  const message = `the ${name} does not start at the moment: try again in ${seconds} s (on its machine: ./forge logs)`;
  const error = { message, type: "server_error", param: null, code: "unavailable" };
  response.writeHead(503, { "content-type": "application/json", "retry-after": String(seconds), connection: "close" });
  response.end(JSON.stringify({ error }));
}
