import { catalog, type Enqueue, type EnqueueOptions, type JobName, queueNames } from "#server/jobs/catalog.ts";
import { type JobQueue, queueClasses } from "#server/jobs/queues.ts";
import { log } from "#server/log.ts";

type Queues = { enqueue: Enqueue; close: () => Promise<void> };

/**
 * Open every queue. Enqueueing never fails the caller: Postgres rows are the truth, and the sweep enqueues again for a
 * row whose job was lost.
 */
export function openQueues(settings?: Parameters<typeof queueClasses>[0]): Queues {
  const { openQueue } = queueClasses(settings);
  const queues = new Map(queueNames.map((name) => [name, openQueue(name)]));
  const pending = new Set<Promise<unknown>>();
  const enqueue: Enqueue = (name, payload, options = {}) => {
    const sent = send(queues.get(catalog[name].queue), name, payload, options).finally(() => pending.delete(sent));
    pending.add(sent);
  };
  return {
    enqueue,
    close: async () => {
      await Promise.allSettled(pending);
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

async function send(queue: JobQueue | undefined, name: JobName, payload: unknown, options: EnqueueOptions) {
  try {
    await queue?.add(name, payload, {
      attempts: catalog[name].attempts,
      delay: options.delayMs ?? 0,
      backoff: { type: "exponential", delay: 1_000 },
      removeOnComplete: { age: 3_600, count: 1_000 },
      removeOnFail: { age: 86_400, count: 1_000 },
      ...(options.once ? { deduplication: { id: onceId(name, payload) } } : {}),
    });
  } catch (error) {
    log.warn({ err: error, job: name }, "jobs.enqueue_failed");
  }
}

/** BullMQ forbids `:` in ids, so the payload's JSON cannot be one. */
function onceId(name: JobName, payload: unknown) {
  return `${name}.${Buffer.from(JSON.stringify(payload)).toString("base64url")}`;
}
