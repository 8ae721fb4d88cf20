import { createPostgresBackend, createRedisBackend, type Job, type Queue, type Worker, withBackend } from "bullmq";
import { queueSchema } from "#db/queue-schema.ts";
import { env } from "#server/env.ts";
import { log } from "#server/log.ts";

export type QueueSettings = { databaseUrl: string; redisUrl?: string };
export type JobQueue = Pick<Queue, "add" | "upsertJobScheduler" | "getJobCounts" | "close">;
export type JobWorker = Pick<Worker, "cancelAllJobs" | "close" | "waitUntilReady">;

/** How long a silent worker keeps its jobs, and how often the others look for such jobs. */
export type WorkerTiming = { lockMs: number; stalledEveryMs: number };
const defaultTiming: WorkerTiming = { lockMs: 30_000, stalledEveryMs: 15_000 };

/** What a worker calls for each job; `signal` fires when the worker shuts down. */
export type Processor = (job: Job, token: string | undefined, signal: AbortSignal | undefined) => Promise<unknown>;

export type QueueClasses = {
  openQueue: (name: string) => JobQueue;
  openWorker: (name: string, processor: Processor, concurrency: number, timing?: WorkerTiming) => JobWorker;
};

/** BullMQ's classes on the back end of this installation: Postgres unless a Redis is set. Same code on both. */
export function queueClasses(settings: QueueSettings = queueSettings()): QueueClasses {
  if (settings.redisUrl) {
    const { Queue, Worker } = withBackend(createRedisBackend);
    const connection = { url: settings.redisUrl, maxRetriesPerRequest: null };
    return {
      openQueue: (name) => new Queue(name, { connection }).on("error", logError(name)),
      openWorker: (name, processor, concurrency, timing) =>
        new Worker(name, withSignal(processor), { connection, concurrency, ...workerOptions(timing) }).on(
          "error",
          logError(name),
        ),
    };
  }
  const { Queue, Worker } = withBackend(createPostgresBackend);
  const connection = { connectionString: settings.databaseUrl, schema: queueSchema, max: 4, skipVersionCheck: true };
  return {
    openQueue: (name) => new Queue(name, { connection }).on("error", logError(name)),
    openWorker: (name, processor, concurrency, timing) =>
      new Worker(name, withSignal(processor), { connection, concurrency, ...workerOptions(timing) }).on(
        "error",
        logError(name),
      ),
  };
}

/** Where this installation's queues live. */
export function queueSettings(): QueueSettings {
  return { databaseUrl: env().DATABASE_URL, redisUrl: env().REDIS_URL };
}

/** The back end went away for a while: BullMQ connects again by itself. */
function logError(queue: string) {
  return (err: Error) => log.warn({ err, queue }, "jobs.queue_failed");
}

/** BullMQ makes a signal only for a processor that declares three parameters. */
function withSignal(processor: Processor) {
  return (job: Job, token?: string, signal?: AbortSignal) => processor(job, token, signal);
}

/** maxStalledCount is raised: a long job may outlive several killed workers, and its row counts the attempts. */
function workerOptions({ lockMs, stalledEveryMs }: WorkerTiming = defaultTiming) {
  return { lockDuration: lockMs, stalledInterval: stalledEveryMs, maxStalledCount: 20 };
}
