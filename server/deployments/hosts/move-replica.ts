import { and, eq, inArray, sql } from "drizzle-orm";
import type { ReplicaStatus } from "#db/enums.ts";
import { replicas } from "#db/schema/deployments.ts";
import { type Ctx, transact } from "#server/context.ts";
import { replicaSourcesOf } from "#server/deployments/replica.rule.ts";
import { notifyLive } from "#server/signals/live.ts";

export type ReplicaMove =
  | { to: "assigned" | "loading" | "probing" | "draining" }
  | { to: "ready"; probe: Record<string, unknown> | null; memoryBytes: number }
  | {
      to: "failed";
      error: { code: string; message: string; hint: string | null };
      probe: Record<string, unknown> | null;
    };

/** Move one replica by compare-and-set → whether it moved; gateways and open pages hear of it. */
export async function moveReplica(ctx: Omit<Ctx, "projectId">, replicaId: string, move: ReplicaMove): Promise<boolean> {
  const sources: ReplicaStatus[] = replicaSourcesOf(move.to);
  return transact(ctx, async (ctx) => {
    const [moved] = await ctx.db
      .update(replicas)
      .set({ status: move.to, statusAt: sql`now()`, ...details(move) })
      .where(and(eq(replicas.id, replicaId), inArray(replicas.status, sources)))
      .returning({ id: replicas.id, projectId: replicas.projectId });
    if (!moved) return false;
    ctx.rerouted([moved.projectId]);
    await notifyLive(ctx, `project:${moved.projectId}`, { kind: "deployments", id: moved.id });
    return true;
  });
}

/** A drained replica leaves the table, unless somebody wanted it again meanwhile. */
export async function removeReplica(ctx: Omit<Ctx, "projectId">, replicaId: string): Promise<boolean> {
  return transact(ctx, async (ctx) => {
    const [removed] = await ctx.db
      .delete(replicas)
      .where(and(eq(replicas.id, replicaId), eq(replicas.status, "draining")))
      .returning({ id: replicas.id, projectId: replicas.projectId });
    if (!removed) return false;
    ctx.rerouted([removed.projectId]);
    await notifyLive(ctx, `project:${removed.projectId}`, { kind: "deployments", id: removed.id });
    return true;
  });
}

function details(move: ReplicaMove) {
  if (move.to === "ready") {
    const { probe, memoryBytes } = move;
    return { probe, memoryBytes, error: null, failures: 0, readyAt: sql`now()` };
  }
  if (move.to === "failed")
    return { error: move.error, probe: move.probe, failures: sql`${replicas.failures} + 1`, readyAt: null };
  return { readyAt: null };
}
