import { WaitingError } from "bullmq";
import type { ZodType } from "zod";
import { DomainError } from "#server/errors.ts";
import { catalog, isJobName, type JobName } from "#server/jobs/catalog.ts";
import type { Handlers, JobCtx } from "#server/jobs/context.ts";
import type { Processor } from "#server/jobs/queues.ts";
import { log } from "#server/log.ts";
import { errorText } from "#server/text/error-text.ts";

/**
 * The processor of every queue: find the verb, parse the payload, call it, write one line.
 * One whose row was deleted meanwhile (reason `gone`) has nothing left to do. A verb that the shutdown interrupts throws; its job goes back to the head of its queue, for the next worker.
 */
export function workWith(ctx: JobCtx, handlers: Partial<Handlers>): Processor {
  return async (job, token, signal) => {
    const started = performance.now();
    const line = { name: job.name, attempt: job.attemptsMade + 1, payload: job.data };
    const stop = signal ?? new AbortController().signal;
    try {
      await handle(ctx, handlers, job.name, job.data, stop);
      log.info({ ...line, ms: Math.round(performance.now() - started) }, "jobs.done");
    } catch (error) {
      const ms = Math.round(performance.now() - started);
      if (error instanceof DomainError && error.reason === "gone") return log.info({ ...line, ms }, "jobs.gone");
      if (!stop.aborted) {
        // what waits for room says so itself, once, and is enqueued again until there is some
        if (error instanceof DomainError && error.reason === "waits") log.debug({ ...line, ms }, "jobs.waits");
        else log.error({ ...line, ms, err: error }, "jobs.failed");
        throw new Error(errorText(error)); // the queue keeps the words and the stack of what it is thrown
      }
      log.info({ ...line, ms }, "jobs.handed_over");
      await job.moveToWait(token);
      throw new WaitingError();
    }
  };
}

async function handle(ctx: JobCtx, handlers: Partial<Handlers>, name: string, data: unknown, signal: AbortSignal) {
  if (!isJobName(name)) throw new Error(`there is no job ${name}`);
  const handler = handlers[name];
  if (!handler) throw new Error(`the job ${name} has no handler in this worker`);
  const parsed: unknown = (catalog[name].payload satisfies ZodType).parse(data);
  await callHandler(handler, ctx, parsed, signal);
}

/** Calls a verb with the payload that its own schema has just parsed. */
function callHandler(handler: Handlers[JobName], ctx: JobCtx, payload: unknown, signal: AbortSignal) {
  const projectId = payload && typeof payload === "object" && "projectId" in payload ? payload.projectId : null;
  // safe because the handler and the schema that parsed the payload stand under one name in the catalog
  const call = handler as (
    ctx: JobCtx & { projectId: unknown },
    payload: unknown,
    signal: AbortSignal,
  ) => Promise<unknown>;
  return call({ ...ctx, projectId }, payload, signal);
}
