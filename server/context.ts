import type { Db, Tx } from "#db/client.ts";
import type { Actor } from "#db/enums.ts";
import type { Enqueue } from "#server/jobs/catalog.ts";
import { type Changes, collectChanges, type UnscopedChanges } from "#server/signals/changes.ts";

/** The only thing passed around. */
export type Ctx = { db: Db; enqueue: Enqueue; projectId: string; actor: Actor };

/** For what stands outside any project: people, sessions, the list of projects. */
export type UnscopedCtx = Omit<Ctx, "projectId">;

/** A ctx inside `transact`, for the helpers of verbs that say what they changed. */
export type TxCtx = Ctx & Changes;

type Collected = ReturnType<typeof collectChanges>;

const openTransactions = new WeakMap<Db, Collected>();
const adopted = new WeakSet<Db>();

/**
 * The only way to open a transaction. Inside, `ctx.db` is the transaction, `ctx.enqueue` buffers (jobs are enqueued
 * after the outermost commit) and `ctx.changed` says what changed (written right before that commit); a rollback drops
 * both. A nested call joins the outer one.
 */
export function transact<T, C extends Ctx>(ctx: C, fn: (ctx: C & Changes) => Promise<T>): Promise<T>;
export function transact<T, C extends UnscopedCtx>(ctx: C, fn: (ctx: C & UnscopedChanges) => Promise<T>): Promise<T>;
export async function transact<T, C extends UnscopedCtx>(
  ctx: C,
  fn: (ctx: C & UnscopedChanges) => Promise<T>,
): Promise<T> {
  const outer = openTransactions.get(ctx.db);
  if (outer) return fn({ ...ctx, changed: outer.changed, rerouted: outer.rerouted });
  const changes = collectChanges();
  const { changed, rerouted } = changes;
  if (adopted.has(ctx.db)) {
    const result = await fn({ ...ctx, changed, rerouted });
    await changes.write(ctx.db);
    return result;
  }
  const enqueued: (() => void)[] = [];
  const result = await ctx.db.transaction(async (tx: Tx) => {
    openTransactions.set(tx, changes);
    const enqueue: Enqueue = (name, payload, options) => {
      enqueued.push(() => ctx.enqueue(name, payload, options));
    };
    const result = await fn({ ...ctx, db: tx, enqueue, changed, rerouted });
    await changes.write(tx);
    return result;
  });
  for (const send of enqueued) send();
  return result;
}

/** Mark a transaction that a test opened itself: verbs join it instead of nesting, and what each says stands in it when it returns. */
export function adoptTransaction(tx: Tx): void {
  adopted.add(tx);
}
