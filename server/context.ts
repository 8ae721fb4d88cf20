import type { Db, Tx } from "#db/client.ts";
import type { JobName, JobPayload } from "#server/jobs/catalog.ts";

/** `user:ID`, `key:ID` or `system:NAME`. */
export type Actor = `user:${string}` | `key:${string}` | `system:${string}`;

/** Rings a job's bell; inside a transaction only after the outermost commit. */
export type Enqueue = <N extends JobName>(name: N, payload: JobPayload<N>, options?: RingOptions) => void;

/** `once`: dropped while another `once` bell for the same payload still waits or works (the sweep's bells). */
export type RingOptions = { delayMs?: number; once?: boolean };

/** The only thing passed around. */
export type Ctx = { db: Db; enqueue: Enqueue; projectId: string; actor: Actor };

/** For what stands outside any project: people, sessions, the list of projects. */
export type UnscopedCtx = Omit<Ctx, "projectId">;

const openTransactions = new WeakSet<Db>();

/**
 * The only way to open a transaction. Inside, `ctx.db` is the transaction and `ctx.enqueue` buffers:
 * bells ring after the outermost commit and are dropped on rollback. A nested call joins the outer one.
 */
export async function transact<T, C extends UnscopedCtx>(ctx: C, fn: (ctx: C) => Promise<T>): Promise<T> {
  if (openTransactions.has(ctx.db)) return fn(ctx);
  const bells: (() => void)[] = [];
  const result = await ctx.db.transaction(async (tx: Tx) => {
    openTransactions.add(tx);
    const enqueue: Enqueue = (name, payload, options) => {
      bells.push(() => ctx.enqueue(name, payload, options));
    };
    return fn({ ...ctx, db: tx, enqueue });
  });
  for (const ring of bells) ring();
  return result;
}

/** Mark a transaction that a test opened itself, so that verbs join it instead of nesting. */
export function adoptTransaction(tx: Tx): void {
  openTransactions.add(tx);
}
