import type { ReplicaStatus } from "#db/enums.ts";
import { replicaRetryMs } from "#server/deployments/replica.rule.ts";

export type HostView = { id: string; live: boolean; goneForMs: number; memoryBytes: number };
export type PlacedReplica = {
  id: string;
  hostId: string;
  modelVersionId: string;
  status: ReplicaStatus;
  failures: number;
  /** since `status` last moved, by the database's clock */
  statusAgeMs: number;
};
/** A version that some live revision needs; `baseSha` tells which replicas share memory, `bytes` what its base takes. */
export type WantedVersion = { modelVersionId: string; projectId: string; baseSha: string; bytes: number };

export type Step =
  | { do: "assign"; modelVersionId: string; projectId: string; hostId: string }
  | { do: "retry"; replicaId: string; hostId: string }
  | { do: "drain"; replicaId: string; hostId: string }
  /** its host will not come back to do it */
  | { do: "forget"; replicaId: string };

/** After this long a silent host's replicas are no longer waited for. */
const hostGoneMs = 10 * 60_000;
/** What a host needs beside the weights for one base: process, compute buffers, caches. */
const overheadBytes = 512 * 1024 * 1024;

/**
 * What must change so that every wanted version has a replica on a live host and nothing else is loaded? A version
 * goes where its base is loaded already, else where most memory is free; where none has room it waits.
 */
export function planReplicas(
  hosts: readonly HostView[],
  replicas: readonly PlacedReplica[],
  wanted: readonly WantedVersion[],
  baseOf: ReadonlyMap<string, { baseSha: string; bytes: number }>,
): Step[] {
  const steps: Step[] = [];
  const hostOf = new Map(hosts.map((host) => [host.id, host]));
  const needed = new Set(wanted.map((version) => version.modelVersionId));
  const held = new Map(hosts.map((host) => [host.id, new Map<string, number>()]));
  for (const replica of replicas) {
    const host = hostOf.get(replica.hostId);
    const gone = !host || (!host.live && host.goneForMs > hostGoneMs);
    if (gone) steps.push({ do: "forget", replicaId: replica.id });
    else if (needed.has(replica.modelVersionId)) {
      const base = baseOf.get(replica.modelVersionId);
      if (base) held.get(replica.hostId)?.set(base.baseSha, base.bytes);
      const rested = replica.status === "failed" && replica.statusAgeMs >= replicaRetryMs(replica.failures);
      if (rested || replica.status === "draining") steps.push({ do: "retry", replicaId: replica.id, hostId: host.id });
    } else if (replica.status !== "draining") {
      steps.push(
        host.live ? { do: "drain", replicaId: replica.id, hostId: host.id } : { do: "forget", replicaId: replica.id },
      );
    }
  }
  for (const version of wanted) {
    const served = replicas.some(
      (replica) => replica.modelVersionId === version.modelVersionId && hostOf.get(replica.hostId)?.live,
    );
    const host = served ? null : bestHost(hosts, held, version);
    if (!host) continue;
    held.get(host.id)?.set(version.baseSha, version.bytes);
    const { modelVersionId, projectId } = version;
    steps.push({ do: "assign", modelVersionId, projectId, hostId: host.id });
  }
  return steps;
}

function bestHost(hosts: readonly HostView[], held: ReadonlyMap<string, Map<string, number>>, version: WantedVersion) {
  const rated = hosts
    .filter((host) => host.live)
    .map((host) => {
      const bases = held.get(host.id) ?? new Map<string, number>();
      const used = [...bases.values()].reduce((sum, bytes) => sum + bytes + overheadBytes, 0);
      return { host, shares: bases.has(version.baseSha), free: host.memoryBytes - used };
    })
    .filter(({ shares, free }) => shares || free >= version.bytes + overheadBytes)
    .sort((a, b) => Number(b.shares) - Number(a.shares) || b.free - a.free);
  return rated[0]?.host ?? null;
}
