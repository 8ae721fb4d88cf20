import { z } from "zod";
import type { Db } from "#db/client.ts";
import { conversions, datasetImports, evaluations, modelImports, trainings } from "#server/jobs/leased.ts";
import { abandoned, lostEvalsOfRuns, lostRegistrations, lostSamples } from "#server/jobs/lost.ts";

const projectId = z.string();

/**
 * A job that a row waits for: its queue (by resource), how often BullMQ tries again, its payload (ids only), and `lost`,
 * the payloads of the rows that should be worked on and are not. The sweep enqueues those again.
 */
function job<P extends z.ZodType>(entry: {
  queue: QueueName;
  attempts: number;
  payload: P;
  lost: (db: Db) => Promise<z.output<P>[]>;
}) {
  return entry;
}

/** A job that keeps house: it is enqueued by itself every `everyMs`, so none can be lost for longer. */
function housekeeping(entry: { queue: QueueName; attempts: number; everyMs: number }) {
  return { ...entry, payload: z.object({}), lost: "scheduled" as const };
}

/** Every job. Add one here and the compiler points at the missing handler. */
export const catalog = {
  "datasets.import": job({
    queue: "io",
    attempts: 5,
    payload: z.object({ projectId, versionId: z.string() }),
    lost: abandoned(datasetImports, "versionId"),
  }),
  "datasets.sweepUploads": housekeeping({ queue: "ops", attempts: 1, everyMs: 3_600_000 }),
  "models.import": job({
    queue: "io",
    attempts: 5,
    payload: z.object({ projectId, modelVersionId: z.string() }),
    lost: abandoned(modelImports, "modelVersionId"),
  }),
  "models.importSample": job({ queue: "io", attempts: 5, payload: z.object({ projectId }), lost: lostSamples }),
  "models.register": job({
    queue: "io",
    attempts: 5,
    payload: z.object({ projectId, runId: z.string() }),
    lost: lostRegistrations,
  }),
  "runs.train": job({
    queue: "gpu",
    attempts: 5,
    payload: z.object({ projectId, runId: z.string() }),
    lost: abandoned(trainings, "runId"),
  }),
  "runs.convert": job({
    queue: "io",
    attempts: 5,
    payload: z.object({ projectId, runId: z.string() }),
    lost: abandoned(conversions, "runId"),
  }),
  "evals.startOfRun": job({
    queue: "io",
    attempts: 5,
    payload: z.object({ projectId, runId: z.string() }),
    lost: lostEvalsOfRuns,
  }),
  "evals.run": job({
    queue: "io",
    attempts: 5,
    payload: z.object({ projectId, evalId: z.string() }),
    lost: abandoned(evaluations, "evalId"),
  }),
  "deployments.reconcile": housekeeping({ queue: "ops", attempts: 3, everyMs: 10_000 }),
  "requests.makeWeeks": housekeeping({ queue: "ops", attempts: 1, everyMs: 3_600_000 }),
  "requests.rollUp": housekeeping({ queue: "ops", attempts: 1, everyMs: 60_000 }),
  "storage.collect": housekeeping({ queue: "io", attempts: 1, everyMs: 3_600_000 }),
  "storage.scrub": housekeeping({ queue: "io", attempts: 1, everyMs: 86_400_000 }),
  "ops.applyRetention": housekeeping({ queue: "ops", attempts: 1, everyMs: 3_600_000 }),
  "ops.sweep": housekeeping({ queue: "ops", attempts: 1, everyMs: 10_000 }),
} satisfies Record<string, JobType>;

type JobType = { queue: QueueName; attempts: number; payload: z.ZodType } & (
  | { lost: (db: Db) => Promise<unknown[]> }
  | { lost: "scheduled"; everyMs: number }
);

export const queueNames = ["io", "gpu", "ops"] as const;
export type QueueName = (typeof queueNames)[number];
export type JobName = keyof typeof catalog;
export type JobPayload<N extends JobName> = z.infer<(typeof catalog)[N]["payload"]>;

/** Whether a queue's job name is one of ours: an older release may have left others behind. */
export function isJobName(name: string): name is JobName {
  return Object.hasOwn(catalog, name);
}

/** Enqueues a job; inside a transaction only after the outermost commit. */
export type Enqueue = <N extends JobName>(name: N, payload: JobPayload<N>, options?: EnqueueOptions) => void;

/** `once`: dropped while another `once` job of the same payload still waits or works (the sweep's). */
export type EnqueueOptions = { delayMs?: number; once?: boolean };
