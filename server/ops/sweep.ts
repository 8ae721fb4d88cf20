import { catalog, type JobName, type JobPayload } from "#server/jobs/catalog.ts";
import type { JobCtx } from "#server/jobs/context.ts";
import { log } from "#server/log.ts";

/**
 * Enqueue again for every row that waits for a job nobody does: its job was lost, or its worker died → how many of each.
 * Writes nothing: each verb's own claim decides, on the database's clock, and fails what was tried too often. A kind
 * that cannot be looked up does not keep the others waiting; then it throws at the end.
 */
export async function sweep(ctx: JobCtx) {
  const enqueued: Partial<Record<JobName, number>> = {};
  const failed: unknown[] = [];
  for (const name of jobNames()) {
    const find = lostOf(name);
    if (!find) continue;
    try {
      const lost = await find(ctx);
      for (const payload of lost) ctx.enqueue(name, payload, { once: true });
      enqueued[name] = lost.length;
    } catch (error) {
      log.error({ err: error, job: name }, "jobs.sweep_failed");
      failed.push(error);
    }
  }
  if (failed.length > 0) throw new AggregateError(failed, `${failed.length} kinds of jobs could not be swept`);
  return enqueued;
}

/** What finds the payloads of a job that is lost; null for one that comes by schedule. */
function lostOf(name: JobName) {
  const { lost } = catalog[name];
  if (lost === "scheduled") return null;
  // safe because the catalog's `job` ties what `lost` finds to the payload of the same entry
  return async ({ db }: JobCtx) => (await lost(db)) as JobPayload<JobName>[];
}

function jobNames() {
  return Object.keys(catalog) as JobName[]; // safe because they are the keys of the catalog
}
