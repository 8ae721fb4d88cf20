import { finalRunStatuses, type RunStatus } from "#db/enums.ts";

/** Where a run may go from each status. A paused, failed or cancelled one is queued again by a resume. */
export const nextRunStatuses = {
  queued: ["running", "cancelled", "failed", "paused"],
  running: ["converting", "failed", "cancelling", "cancelled", "pausing"],
  cancelling: ["cancelled", "failed"],
  converting: ["succeeded", "failed"],
  succeeded: [],
  failed: ["queued"],
  cancelled: ["queued"],
  pausing: ["paused", "converting", "failed", "cancelling"],
  paused: ["queued", "cancelled"],
} as const satisfies Record<RunStatus, readonly RunStatus[]>;

/** The statuses from which a run may become `to`: the compare half of every compare-and-set. */
export function sourcesOf(to: RunStatus): RunStatus[] {
  return Object.entries(nextRunStatuses).flatMap(
    ([from, next]) => ((next as readonly RunStatus[]).includes(to) ? [from as RunStatus] : []), // safe because the table is keyed by status
  );
}

/** It has ended, until somebody resumes it. */
export function isFinal(status: RunStatus): boolean {
  return finalRunStatuses.includes(status);
}

/** Nothing more will happen by itself. */
export function isAtRest(status: RunStatus): boolean {
  return isFinal(status) || status === "paused";
}
