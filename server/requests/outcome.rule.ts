import type { RequestOutcome } from "#db/enums.ts";

/** nginx's number for it: the caller closed the connection before the answer was whole. */
export const callerLeft = 499;

/** How a call ended, from the HTTP status that was or would have been sent. */
export function outcomeOf(status: number): RequestOutcome {
  if (status === callerLeft) return "left";
  if (status >= 500) return "failed";
  return status >= 400 ? "refused" : "answered";
}
