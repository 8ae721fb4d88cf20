import { hostname } from "node:os";
import { processStartTime } from "#server/jobs/process.ts";

/** A row without a heartbeat for so long has lost its worker. */
export const staleSeconds = 60;
/** How often a long job renews its row; a twelfth of what makes it stale. */
export const heartbeatEveryMs = 5_000;

/** Who follows a row: `holder` is `host/pid/start time`, so that this machine can tell whether it lives. */
export type Lease = { host: string; holder: string };

let own: Promise<Lease> | null = null;

/** This process as a lease holder. */
export function ownLease(): Promise<Lease> {
  const host = hostname();
  own ??= processStartTime(process.pid).then((startTime) => ({ host, holder: `${host}/${process.pid}/${startTime}` }));
  return own;
}

/** Nobody's, but still of this host: what a worker that shuts down leaves behind for its successor. */
export function releasedLease({ host }: Lease): string {
  return `${host}/-/-`;
}
