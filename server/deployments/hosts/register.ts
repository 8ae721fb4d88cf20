import { and, eq, inArray, sql } from "drizzle-orm";
import { hosts, replicas } from "#db/schema/deployments.ts";
import { type Ctx, transact } from "#server/context.ts";

export type HostSelf = { id: string; url: string; device: string; memoryBytes: number; engineVersion: string };

/** A host without a heartbeat for so long is taken for gone. */
export const hostLiveSeconds = 15;
export const replicasChannel = "replicas";

/**
 * A host process says that it is there, under the id it keeps in its data folder. What an earlier life of it had
 * loaded is to be loaded again. Times are the database's.
 */
export async function registerHost(ctx: Omit<Ctx, "projectId">, self: HostSelf): Promise<void> {
  await transact(ctx, async (ctx) => {
    const now = sql`now()`;
    const alive = { startedAt: now, heartbeatAt: now, stoppedAt: null };
    const { id, ...rest } = self;
    await ctx.db
      .insert(hosts)
      .values({ id, ...rest, ...alive })
      .onConflictDoUpdate({ target: hosts.id, set: { ...rest, ...alive } });
    ctx.rerouted(await forgetLoaded(ctx, id));
  });
}

/** Renew the heartbeat → false when the row is gone or was stopped meanwhile, so that the host registers again. */
export async function beatHost(ctx: Pick<Ctx, "db">, hostId: string): Promise<boolean> {
  const updated = await ctx.db
    .update(hosts)
    .set({ heartbeatAt: sql`now()` })
    .where(and(eq(hosts.id, hostId), sql`${hosts.stoppedAt} is null`))
    .returning({ id: hosts.id });
  return updated.length > 0;
}

/** The host is going: no new calls, and its replicas wait for its next life. */
export async function stopHost(ctx: Omit<Ctx, "projectId">, hostId: string): Promise<void> {
  await transact(ctx, async (ctx) => {
    await ctx.db.update(hosts).set({ stoppedAt: sql`now()` }).where(eq(hosts.id, hostId));
    ctx.rerouted(await forgetLoaded(ctx, hostId));
  });
}

/** → the projects whose replicas it held. */
async function forgetLoaded(ctx: Pick<Ctx, "db">, hostId: string): Promise<string[]> {
  const forgotten = await ctx.db
    .update(replicas)
    .set({ status: "assigned", statusAt: sql`now()`, readyAt: null })
    .where(and(eq(replicas.hostId, hostId), inArray(replicas.status, ["loading", "probing", "ready"])))
    .returning({ projectId: replicas.projectId });
  return [...new Set(forgotten.map((replica) => replica.projectId))];
}
