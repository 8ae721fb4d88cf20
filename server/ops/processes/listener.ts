import { type ChildProcess, spawn } from "node:child_process";
import { lookup } from "node:dns/promises";
import * as net from "node:net";
import { join } from "node:path";
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
  /** while a child keeps crashing: a process of its own answers 503 with Retry-After, those that wait already too */
  apologise: (name: string) => void;
  /** the end of `apologise`, once a child is ready */
  resume: () => void;
  close: () => void;
};

/** Bind `port` of `host`, a name or an address. Throws UNAVAILABLE when it cannot be bound. */
export async function holdListener(host: string, port: number): Promise<HeldListener> {
  const { address, family } = await lookup(host);
  const handle = bind(address, port, family);
  let standIn: ChildProcess | null = null;
  const resume = () => {
    standIn?.kill("SIGKILL");
    standIn = null;
  };
  return {
    give: (child) => sendHandle(child, handle),
    apologise: (name) => {
      if (standIn) return;
      const script = join(import.meta.dirname, "..", "..", "..", "workers", "stand-in.ts");
      const args = ["--disable-warning=ExperimentalWarning", script, name];
      const started = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "ignore", "ipc"] });
      standIn = started;
      started.on("error", () => {}); // then callers wait, as before
      started.on("exit", () => {
        if (standIn === started) standIn = null; // the next crash of the child starts another
      });
      sendHandle(started, handle);
    },
    resume,
    close: () => {
      resume();
      handle.close();
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
