import { and, eq, isNull, sql } from "drizzle-orm";
import { hosts, replicas } from "#db/schema/deployments.ts";
import { lostRequests } from "#db/schema/requests.ts";
import type { Ctx } from "#server/context.ts";
import { apiUrl } from "#server/env.ts";
import { listDamage } from "#server/storage/damage.ts";

/** A gateway or host that has been silent for longer is not there. */
const answerWithinMs = 700;
const heartbeatWithinSeconds = 15;
const tellLossesForDays = 7;

export type GatewayHealth = { status: "healthy" | "degraded" | "down"; ms: number | null; detail: string };

/**
 * Is it up? → `{gateway: {status, ms, detail}, hosts: [{id, device, status, …, replicasReady, replicas}], lost, damaged}`.
 * `lost`: calls of the last week that were answered but are missing from the log, `{rows, since, until}`, null when none
 * is. `damaged`: stored files of this project that are not what was stored, with what they belong to. Hosts are shared
 * by all projects; the replicas counted are this project's.
 */
export async function health(ctx: Pick<Ctx, "db" | "projectId">) {
  const [gateway, found, lost, damaged] = await Promise.all([
    askGateway(),
    listHosts(ctx),
    lostLately(ctx),
    listDamage(ctx.db, ctx.projectId),
  ]);
  return { gateway, hosts: found, lost, damaged };
}

async function askGateway(): Promise<GatewayHealth> {
  const started = performance.now();
  try {
    const response = await fetch(apiUrl().replace(/\/v1$/, "/ready"), { signal: AbortSignal.timeout(answerWithinMs) });
    await response.body?.cancel();
    const ms = Math.round(performance.now() - started);
    if (response.ok) return { status: "healthy", ms, detail: "ready" };
    return { status: "degraded", ms, detail: `answers, but is not ready (${response.status})` };
  } catch {
    return { status: "down", ms: null, detail: `no answer within ${answerWithinMs} ms` };
  }
}

async function lostLately({ db }: Pick<Ctx, "db">) {
  const [found] = await db
    .select({
      rows: sql<number>`coalesce(sum(${lostRequests.rows}), 0)::int`,
      since: sql<Date | null>`min(${lostRequests.firstAt})`.mapWith(lostRequests.firstAt),
      until: sql<Date | null>`max(${lostRequests.lastAt})`.mapWith(lostRequests.lastAt),
    })
    .from(lostRequests)
    .where(sql`${lostRequests.lastAt} > now() - interval '1 day' * ${tellLossesForDays}`);
  return found?.since && found.until ? { rows: found.rows, since: found.since, until: found.until } : null;
}

async function listHosts({ db, projectId }: Pick<Ctx, "db" | "projectId">) {
  const mine = and(eq(replicas.hostId, hosts.id), eq(replicas.projectId, projectId));
  const alive = sql<boolean>`${hosts.heartbeatAt} > now() - interval '1 second' * ${heartbeatWithinSeconds}`;
  const rows = await db
    .select({
      id: hosts.id,
      device: hosts.device,
      memoryBytes: hosts.memoryBytes,
      heartbeatAt: hosts.heartbeatAt,
      alive,
      replicas: sql<number>`count(${replicas.id})::int`,
      replicasReady: sql<number>`(count(${replicas.id}) filter (where ${replicas.status} = 'ready'))::int`,
      replicasFailed: sql<number>`(count(${replicas.id}) filter (where ${replicas.status} = 'failed'))::int`,
    })
    .from(hosts)
    .leftJoin(replicas, mine)
    .where(isNull(hosts.stoppedAt))
    .groupBy(hosts.id)
    .orderBy(hosts.device, hosts.id)
    .limit(50);
  return rows.map(({ alive, ...host }) => {
    const status = !alive ? ("down" as const) : host.replicasFailed > 0 ? ("degraded" as const) : ("healthy" as const);
    return { ...host, status };
  });
}
