import { z } from "zod";

const projectId = z.string();

/**
 * Every job: its queue (by resource), its payload (ids only), how often BullMQ tries again and, for those
 * that keep house, how often they run by themselves. Add one here and the compiler points at the missing handler.
 */
export const catalog = {
  "datasets.import": { queue: "io", attempts: 5, payload: z.object({ projectId, versionId: z.string() }) },
  "datasets.sweepUploads": { queue: "ops", attempts: 1, payload: z.object({}), everyMs: 3_600_000 },
  "models.import": { queue: "io", attempts: 5, payload: z.object({ projectId, modelVersionId: z.string() }) },
  "models.importSample": { queue: "io", attempts: 5, payload: z.object({ projectId }) },
  "models.register": { queue: "io", attempts: 5, payload: z.object({ projectId, runId: z.string() }) },
  "runs.train": { queue: "gpu", attempts: 5, payload: z.object({ projectId, runId: z.string() }) },
  "runs.convert": { queue: "io", attempts: 5, payload: z.object({ projectId, runId: z.string() }) },
  "evals.run": { queue: "io", attempts: 5, payload: z.object({ projectId, evalId: z.string() }) },
  "deployments.reconcile": { queue: "ops", attempts: 3, payload: z.object({}), everyMs: 10_000 },
  "requests.makeWeeks": { queue: "ops", attempts: 1, payload: z.object({}), everyMs: 3_600_000 },
  "storage.collect": { queue: "io", attempts: 1, payload: z.object({}), everyMs: 3_600_000 },
  "storage.scrub": { queue: "io", attempts: 1, payload: z.object({}), everyMs: 86_400_000 },
  "ops.sweep": { queue: "ops", attempts: 1, payload: z.object({}), everyMs: 10_000 },
} as const satisfies Record<string, JobType>;

type JobType = { queue: QueueName; attempts: number; payload: z.ZodType; everyMs?: number };

export const queueNames = ["io", "gpu", "ops"] as const;
export type QueueName = (typeof queueNames)[number];
export type JobName = keyof typeof catalog;
export type JobPayload<N extends JobName> = z.infer<(typeof catalog)[N]["payload"]>;

/** Whether a queue's job name is one of ours: an older release may have left others behind. */
export function isJobName(name: string): name is JobName {
  return Object.hasOwn(catalog, name);
}
