import type { Enqueue, RingOptions } from "#server/context.ts";
import { catalog, type JobName, queueNames } from "#server/jobs/catalog.ts";
import { type JobQueue, queueClasses } from "#server/jobs/queues.ts";
import { log } from "#server/log.ts";

type Bells = { enqueue: Enqueue; close: () => Promise<void> };

/**
 * Open the bells of every queue. Ringing never fails the caller: Postgres rows are the truth,
 * and the sweep rings again for a row whose bell was lost.
 */
export function openBells(settings?: Parameters<typeof queueClasses>[0]): Bells {
  const { openQueue } = queueClasses(settings);
  const queues = new Map(queueNames.map((name) => [name, openQueue(name)]));
  const ringing = new Set<Promise<unknown>>();
  const enqueue: Enqueue = (name, payload, options = {}) => {
    const rung = ring(queues.get(catalog[name].queue), name, payload, options).finally(() => ringing.delete(rung));
    ringing.add(rung);
  };
  return {
    enqueue,
    close: async () => {
      await Promise.allSettled(ringing);
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

async function ring(queue: JobQueue | undefined, name: JobName, payload: unknown, options: RingOptions) {
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
    log.warn({ err: error, job: name }, "jobs.ring_failed");
  }
}

/** BullMQ forbids `:` in ids, so the payload's JSON cannot be one. */
function onceId(name: JobName, payload: unknown) {
  return `${name}.${Buffer.from(JSON.stringify(payload)).toString("base64url")}`;
}
