import { catalog, type JobName } from "#server/jobs/catalog.ts";
import type { Handlers } from "#server/jobs/context.ts";
import type { JobQueue } from "#server/jobs/queues.ts";

/** Let the jobs that keep house come by themselves. Safe to call in every worker: one schedule per name. */
export async function scheduleJobs(
  handlers: Partial<Handlers>,
  queueOf: (name: JobName) => JobQueue | undefined,
): Promise<void> {
  for (const [name, job] of Object.entries(catalog)) {
    if (!("everyMs" in job) || !(name in handlers)) continue;
    const once = { removeOnComplete: { count: 10 }, removeOnFail: { age: 86_400, count: 100 } };
    await queueOf(asJobName(name))?.upsertJobScheduler(name, { every: job.everyMs }, { name, data: {}, opts: once });
  }
}

function asJobName(name: string) {
  return name as JobName; // safe because it is a key of the catalog
}
