import type { RunStatus } from "#db/enums.ts";

export type JobStatus = "validating_files" | "queued" | "running" | "paused" | "succeeded" | "failed" | "cancelled";

/**
 * Our run statuses as OpenAI's. A run that has succeeded is still `running` until its model is registered, so that
 * whoever waits for `succeeded` can call `fine_tuned_model` at once; one that is being stopped counts as cancelled, one that is being paused as paused.
 */
export function jobStatusOf(status: RunStatus, registered: boolean): JobStatus {
  if (status === "succeeded") return registered ? "succeeded" : "running";
  if (status === "converting") return "running";
  if (status === "pausing") return "paused";
  return status === "cancelling" ? "cancelled" : status;
}
