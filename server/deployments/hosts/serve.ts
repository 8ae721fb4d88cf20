import { eq } from "drizzle-orm";
import type { Pool } from "#db/client.ts";
import { replicas } from "#db/schema/deployments.ts";
import type { Ctx } from "#server/context.ts";
import { findEngineRefs } from "#server/deployments/engine-refs.ts";
import { moveReplica, type ReplicaMove, removeReplica } from "#server/deployments/hosts/move-replica.ts";
import { beatHost, type HostSelf, registerHost, replicasChannel } from "#server/deployments/hosts/register.ts";
import type { EngineRef } from "#server/inference/client/ref.ts";
import { log } from "#server/log.ts";
import { within } from "#server/outlive-database.ts";

const pollEveryMs = 2_000;
const beatEveryMs = 5_000;
const settleAgainMs = 1_000;
/** A query that takes longer has lost its connection. */
const answerWithinMs = 20_000;

/** What this loop needs of the engines; the host's pool is one. */
export type Engines = {
  load: (ref: EngineRef, holder: string, probing: () => void) => Promise<{ probe: object | null; memoryBytes: number }>;
  unload: (holder: string) => Promise<void>;
  isReady: (ref: EngineRef) => boolean;
  onChange: (fn: () => void) => void;
};
/** Reads why a load failed: the code and sentence for people, and the probe's findings when there are any. */
export type ReadFailure = (cause: unknown) => { code: string; message: string; hint: string | null };

export type ReplicaKeeper = { postgres: () => "up" | "down"; stop: () => Promise<void> };

type HostCtx = Omit<Ctx, "projectId" | "db"> & { db: Pool };

/**
 * Keep a host's row alive and its replicas as the table wants them: load what is assigned, prove it, say ready or
 * failed; load again what an engine's crash took; unload what drains. Goes on by itself after Postgres was away.
 */
export function keepReplicas(ctx: HostCtx, self: HostSelf, engines: Engines, readFailure: ReadFailure): ReplicaKeeper {
  const busy = new Map<string, Promise<void>>();
  const doneAt = new Map<string, number>();
  let registered = false;
  let reachable = true;
  let stopped = false;
  let ticking: Promise<void> | null = null;
  let again = false;

  const poke = () => {
    if (stopped) return;
    if (ticking) {
      again = true;
      return;
    }
    ticking = tick().finally(() => {
      ticking = null;
      if (again) poke();
    });
  };

  async function tick() {
    again = false;
    try {
      if (!registered) await within(answerWithinMs, registerHost(ctx, self));
      registered = true;
      const readAt = performance.now();
      const { rows, refs } = await within(answerWithinMs, readWork());
      if (!reachable) log.info({}, "inference.postgres_back");
      reachable = true;
      // What ended after the rows were read has moved on since: the next tick sees how.
      const fresh = rows.filter((row) => !busy.has(row.id) && (doneAt.get(row.id) ?? 0) < readAt);
      for (const row of fresh) keepServing(row, refs.get(row.modelVersionId) ?? null);
    } catch (error) {
      if (reachable) log.warn({ err: error }, "inference.postgres_away");
      reachable = false;
    }
  }

  async function readWork() {
    const rows = await ctx.db.select().from(replicas).where(eq(replicas.hostId, self.id));
    const versionIds = rows.map((row) => row.modelVersionId);
    return { rows, refs: await findEngineRefs(ctx, versionIds) };
  }

  function keepServing(row: typeof replicas.$inferSelect, ref: EngineRef | null) {
    const start = (work: () => Promise<void>) => {
      const done = work()
        .catch((error: unknown) => log.error({ err: error, replicaId: row.id }, "inference.replica_failed"))
        .finally(() => {
          busy.delete(row.id);
          doneAt.set(row.id, performance.now());
          poke();
        });
      busy.set(row.id, done);
    };
    if (row.status === "draining") start(() => drain(row.id));
    else if (row.status === "ready" ? ref !== null && !engines.isReady(ref) : row.status !== "failed")
      start(() => load(row.id, ref));
  }

  async function load(replicaId: string, ref: EngineRef | null) {
    if (!ref) {
      const message = "the model version has no GGUF file that could be served";
      await settle(replicaId, { to: "failed", error: { code: "no_gguf", message, hint: null }, probe: null });
      return;
    }
    await within(answerWithinMs, moveReplica(ctx, replicaId, { to: "loading" }));
    let announced: Promise<unknown> = Promise.resolve();
    try {
      const { probe, memoryBytes } = await engines.load(ref, replicaId, () => {
        const probing = moveReplica(ctx, replicaId, { to: "probing" });
        announced = within(answerWithinMs, probing).catch(() => {}); // only a step on the way
      });
      await announced;
      await settle(replicaId, { to: "ready", probe: probe && { ...probe }, memoryBytes });
    } catch (cause) {
      await announced;
      await settle(replicaId, { to: "failed", error: readFailure(cause), probe: null });
    }
  }

  async function drain(replicaId: string) {
    await engines.unload(replicaId);
    await within(answerWithinMs, removeReplica(ctx, replicaId));
  }

  /** The outcome of minutes of loading must not be lost to a database that is away for a moment. */
  async function settle(replicaId: string, move: ReplicaMove) {
    while (!stopped) {
      try {
        const moved = await within(answerWithinMs, moveReplica(ctx, replicaId, move));
        log.info({ replicaId, to: move.to, moved, why: move.to === "failed" ? move.error : null }, "inference.replica");
        return;
      } catch (error) {
        log.warn({ err: error, replicaId }, "inference.settle_again");
        await new Promise((resolve) => setTimeout(resolve, settleAgainMs));
      }
    }
  }

  async function beat() {
    try {
      if (registered && !(await within(answerWithinMs, beatHost(ctx, self.id)))) registered = false;
    } catch {
      reachable = false; // the tick logs it, and says when it is over
    }
  }

  const timers = [setInterval(poke, pollEveryMs), setInterval(() => void beat(), beatEveryMs)];
  const listening = ctx.db.$client
    .listen(
      replicasChannel,
      (hostId) => {
        if (hostId === self.id || hostId === "") poke();
      },
      poke,
    )
    .catch(() => null); // the poll does without it
  engines.onChange(poke);
  poke();
  return {
    postgres: () => (reachable ? "up" : "down"),
    stop: async () => {
      stopped = true;
      for (const timer of timers) clearInterval(timer);
      await (await listening)?.unlisten().catch(() => {});
      await ticking;
    },
  };
}
