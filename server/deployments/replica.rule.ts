import type { ReplicaStatus } from "#db/enums.ts";

/** What a replica may become from where it is; `draining` ends with the row's removal. */
const nextReplicaStatus = {
  assigned: ["loading", "failed", "draining"],
  loading: ["probing", "ready", "failed", "assigned", "draining"],
  probing: ["ready", "failed", "loading", "assigned", "draining"],
  ready: ["loading", "assigned", "draining"],
  failed: ["assigned", "draining"],
  draining: ["assigned"],
} as const satisfies Record<ReplicaStatus, readonly ReplicaStatus[]>;

/** The statuses from which `to` can be reached: the `where` of a compare-and-set. */
export function replicaSourcesOf(to: ReplicaStatus): ReplicaStatus[] {
  const all: [string, readonly ReplicaStatus[]][] = Object.entries(nextReplicaStatus);
  return all.filter(([, next]) => next.includes(to)).map(([from]) => asReplicaStatus(from));
}

const firstRetryMs = 10_000;
const lastRetryMs = 300_000;

/** How long a failed replica rests before it is tried again: 10 s, doubling to 5 min. */
export function replicaRetryMs(failures: number): number {
  return Math.min(lastRetryMs, firstRetryMs * 2 ** Math.max(0, failures - 1));
}

function asReplicaStatus(text: string) {
  return text as ReplicaStatus; // safe because it is a key of the table above
}
