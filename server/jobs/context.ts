import type { Pool } from "#db/client.ts";
import type { Enqueue, JobName, JobPayload } from "#server/jobs/catalog.ts";
import type { Storage } from "#server/storage.ts";

/** What a job verb is passed. Its database is the pool: a long job opens short transactions of its own. */
export type JobCtx = { db: Pool; enqueue: Enqueue; storage: Storage; actor: "system:jobs" };

/** The same inside the project that the payload names, so that a job may call that project's verbs. */
export type ProjectJobCtx = JobCtx & { projectId: string };

type CtxOf<N extends JobName> = JobPayload<N> extends { projectId: string } ? ProjectJobCtx : JobCtx;

/**
 * A job is a verb. It begins with a compare-and-set, may be called twice, and stops soon after `signal` fires
 * (the worker is shutting down): what is unfinished then goes to a successor.
 */
export type Handler<N extends JobName> = (
  ctx: CtxOf<N>,
  payload: JobPayload<N>,
  signal: AbortSignal,
) => Promise<unknown>;

/** Every job's verb: `{ "runs.train": trainRun, … } satisfies Handlers` does not compile while one is missing. */
export type Handlers = { [N in JobName]: Handler<N> };
