import type { RunStatus } from "#db/enums.ts";
import type { HyperValue } from "#server/runs/methods/field.ts";

/** A run with the names around it, as `find.ts` reads it. */
export type JobRow = {
  runId: string;
  jobId: string;
  status: RunStatus;
  base: string;
  projectSlug: string;
  fileId: string | null;
  validationFileId: string | null;
  resultFileId: string | null;
  metadata: Readonly<Record<string, string>> | null;
  fineTunedName: string | null;
  seed: number;
  trainedTokens: number | null;
  etaSeconds: number | null;
  error: { code: string; message: string; hint: string | null } | null;
  method: { type: string; hyperparameters: Readonly<Record<string, HyperValue>> } | null;
  createdAt: Date;
  finishedAt: Date | null;
};

const seconds = (at: Date) => Math.floor(at.getTime() / 1_000);

/** OpenAI's `fine_tuning.job`. `now` is the database's. */
export function jobObject(row: JobRow, now: Date) {
  const status = jobStatusOf(row.status, row.fineTunedName !== null);
  const done = status === "succeeded" || status === "failed" || status === "cancelled";
  const { error, method } = row;
  const hyperparameters = method?.hyperparameters ?? {};
  return {
    object: "fine_tuning.job",
    id: row.jobId,
    created_at: seconds(row.createdAt),
    finished_at: done && row.finishedAt ? seconds(row.finishedAt) : null,
    model: row.base,
    fine_tuned_model: status === "succeeded" ? row.fineTunedName : null,
    organization_id: row.projectSlug,
    status,
    training_file: row.fileId ?? "",
    validation_file: row.validationFileId,
    hyperparameters,
    method: method && { type: method.type, [method.type]: { hyperparameters } },
    result_files: status === "succeeded" && row.resultFileId ? [row.resultFileId] : [],
    seed: row.seed,
    trained_tokens: row.trainedTokens,
    estimated_finish: status === "running" && row.etaSeconds !== null ? seconds(now) + Math.ceil(row.etaSeconds) : null,
    error:
      error && status === "failed"
        ? { code: error.code, message: error.hint ? `${error.message} ${error.hint}` : error.message, param: null }
        : null,
    integrations: [],
    metadata: row.metadata,
  };
}

type EventRow = { seq: number; type: string; at: Date; body: Readonly<Record<string, unknown>> };

const levels: Record<string, "info" | "warn" | "error"> = { error: "error", warning: "warn" };
/** Event types that only machines care about. */
export const silentEvents = ["heartbeat", "sample"];

/** OpenAI's `fine_tuning.job.event`, or null for what only machines care about. */
export function eventObject(row: EventRow, jobId: string) {
  if (silentEvents.includes(row.type)) return null;
  const metrics = row.type === "metric" || row.type === "eval";
  return {
    object: "fine_tuning.job.event",
    id: `ftevent-${jobId.slice("ftjob-".length)}-${row.seq}`,
    created_at: seconds(row.at),
    level: levels[row.type] ?? "info",
    type: metrics ? "metrics" : "message",
    message: messageOf(row),
    data: metrics ? metricsOf(row) : {},
  };
}

/** The number that an event's id ends with; null when it is none of this job's. */
export function seqOf(eventId: string, jobId: string): number | null {
  const [, body, digits] = /^ftevent-([0-9a-z]{26})-(\d{1,9})$/.exec(eventId) ?? [];
  return digits === undefined || `ftjob-${body}` !== jobId ? null : Number(digits);
}

function metricsOf({ type, body }: EventRow) {
  if (type === "eval") return { step: body.step, valid_loss: body.loss };
  const { step, totalSteps: total_steps, loss: train_loss, learningRate: learning_rate } = body;
  return { step, total_steps, train_loss, learning_rate };
}

function messageOf({ type, body }: EventRow): string {
  const text = (key: string) => (body[key] === undefined || body[key] === null ? "" : String(body[key]));
  const digits = (key: string) => (typeof body[key] === "number" ? body[key].toPrecision(4) : "not measured");
  if (type === "metric") return `Step ${text("step")}/${text("totalSteps")}: training loss=${digits("loss")}`;
  if (type === "eval") return `Step ${text("step")}: validation loss=${digits("loss")}`;
  if (type === "data") return `${text("trainRows")} training rows make ${text("totalSteps")} steps`;
  if (type === "checkpoint") return `Checkpoint written at step ${text("step")}`;
  if (type === "phase") return `Phase: ${text("name")}`;
  if (type === "hello")
    return body.resumedFromStep ? `Resumed from step ${text("resumedFromStep")}` : "Training process ready";
  if (type === "probe") return `${text("differing")} of ${text("prompts")} sample answers differ from the base's`;
  if (type === "artifact") return `Wrote ${text("path")}`;
  if (type === "done") return `Training finished after ${text("steps")} steps`;
  if (type === "cancelled") return `Training stopped at step ${text("step")}`;
  const said = text("message") || type;
  return said.charAt(0).toUpperCase() + said.slice(1);
}

type JobStatus = "validating_files" | "queued" | "running" | "paused" | "succeeded" | "failed" | "cancelled";

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
