import { hostname } from "node:os";
import { isAlive, startTimeOf } from "#server/process.ts";

/** A row without a heartbeat for so long has lost its worker. */
export const staleSeconds = 60;
/** How often a long job renews its row; a twelfth of what makes it stale. */
export const heartbeatEveryMs = 5_000;

/** Who follows a row: `holder` is `host/pid/start time`, so that this machine can tell whether it lives. */
export type Lease = { host: string; holder: string };

let own: Lease | null = null;

/** This process as a lease holder. */
export function ownLease(): Lease {
  const host = hostname();
  own ??= { host, holder: `${host}/${process.pid}/${startTimeOf(process.pid)}` };
  return own;
}

/** Is the holder known to be dead? Only one of this machine can be known so. */
export function isLeaseDead(holder: string): boolean {
  const [pid, startTime] = holder.slice(hostname().length + 1).split("/");
  if (!holder.startsWith(`${hostname()}/`) || !pid) return false;
  return !isAlive({ pid: Number(pid), startTime: startTime ?? "" });
}

/** Nobody's, but still of this host: what a worker that shuts down leaves behind for its successor. */
export function releasedLease({ host }: Lease): string {
  return `${host}/-/-`;
}
