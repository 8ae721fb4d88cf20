import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import type { ReplicaStatus } from "#db/enums.ts";
import { hosts, replicas } from "#db/schema/deployments.ts";
import type { Ctx } from "#server/context.ts";
import { hostLiveSeconds } from "#server/deployments/hosts/register.ts";

/** A host whose heartbeat is fresh, by the database's clock. */
export const hostIsLive = and(
  isNull(hosts.stoppedAt),
  sql`${hosts.heartbeatAt} > now() - make_interval(secs => ${hostLiveSeconds})`,
);

export type ReplicaView = {
  id: string;
  modelVersionId: string;
  status: ReplicaStatus;
  hostId: string;
  device: string;
  hostLive: boolean;
  probe: Record<string, unknown> | null;
  error: { code: string; message: string; hint: string | null } | null;
  memoryBytes: number | null;
  readyAt: Date | null;
  statusAt: Date;
  failures: number;
};

/** Every replica of these model versions, with whether its host is alive. */
export async function findReplicas(ctx: Pick<Ctx, "db">, versionIds: readonly string[]): Promise<ReplicaView[]> {
  if (versionIds.length === 0) return [];
  return ctx.db
    .select({
      id: replicas.id,
      modelVersionId: replicas.modelVersionId,
      status: replicas.status,
      hostId: replicas.hostId,
      device: hosts.device,
      hostLive: sql<boolean>`${hostIsLive}`,
      probe: replicas.probe,
      error: replicas.error,
      memoryBytes: replicas.memoryBytes,
      readyAt: replicas.readyAt,
      statusAt: replicas.statusAt,
      failures: replicas.failures,
    })
    .from(replicas)
    .innerJoin(hosts, eq(hosts.id, replicas.hostId))
    .where(inArray(replicas.modelVersionId, [...versionIds]))
    .orderBy(replicas.assignedAt);
}
