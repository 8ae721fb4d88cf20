import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { newId } from "#db/ids.ts";
import { deployments, hosts, replicas, revisions } from "#db/schema/deployments.ts";
import { modelVersions } from "#db/schema/models.ts";
import { blobs } from "#db/schema/storage.ts";
import { type Ctx, transact } from "#server/context.ts";
import { findEngineRefs } from "#server/deployments/engine-refs.ts";
import { moveReplica } from "#server/deployments/hosts/move-replica.ts";
import { replicasChannel } from "#server/deployments/hosts/register.ts";
import { planReplicas, type Step } from "#server/deployments/place.rule.ts";
import { hostIsLive } from "#server/deployments/readiness.ts";
import type { UnscopedChanges } from "#server/signals/changes.ts";

type SystemCtx = Omit<Ctx, "projectId">;

/**
 * Make replicas follow the deployments: one for every version that a live revision names, none for the others; failed
 * ones are tried again after a rest. Idempotent; runs by itself every few seconds and after each change.
 */
export async function reconcileDeployments(ctx: SystemCtx): Promise<{ steps: number }> {
  return transact(ctx, async (ctx) => {
    await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtext('deployments.reconcile'))`);
    const steps = planReplicas(...(await readState(ctx)));
    for (const step of steps) await take(ctx, step);
    const told = new Set(steps.flatMap((step) => (step.do === "forget" ? [] : [step.hostId])));
    for (const hostId of told) await ctx.db.execute(sql`select pg_notify(${replicasChannel}, ${hostId})`);
    return { steps: steps.length };
  });
}

async function take(ctx: SystemCtx & UnscopedChanges, step: Step) {
  if (step.do === "assign") {
    const { hostId, modelVersionId, projectId } = step;
    const row = { id: newId("replica"), projectId, hostId, modelVersionId, status: "assigned" as const };
    await ctx.db.insert(replicas).values(row).onConflictDoNothing();
  } else if (step.do === "forget") {
    const gone = await ctx.db
      .delete(replicas)
      .where(eq(replicas.id, step.replicaId))
      .returning({ projectId: replicas.projectId });
    ctx.rerouted(gone.map((replica) => replica.projectId));
  } else {
    await moveReplica(ctx, step.replicaId, { to: step.do === "drain" ? "draining" : "assigned" });
  }
}

async function readState(ctx: SystemCtx): Promise<Parameters<typeof planReplicas>> {
  const milliseconds = (since: typeof hosts.heartbeatAt | typeof replicas.statusAt) =>
    sql<number>`extract(epoch from now() - ${since})::float8 * 1000`;
  const hostRows = await ctx.db
    .select({
      id: hosts.id,
      live: sql<boolean>`${hostIsLive}`,
      goneForMs: milliseconds(hosts.heartbeatAt),
      memoryBytes: hosts.memoryBytes,
    })
    .from(hosts);
  const replicaRows = await ctx.db
    .select({
      id: replicas.id,
      hostId: replicas.hostId,
      modelVersionId: replicas.modelVersionId,
      status: replicas.status,
      failures: replicas.failures,
      statusAgeMs: milliseconds(replicas.statusAt),
    })
    .from(replicas);
  const wanted = await ctx.db
    .selectDistinct({ modelVersionId: revisions.modelVersionId, projectId: modelVersions.projectId })
    .from(revisions)
    .innerJoin(deployments, eq(deployments.id, revisions.deploymentId))
    .innerJoin(modelVersions, eq(modelVersions.id, revisions.modelVersionId))
    .where(and(isNull(revisions.retiredAt), isNull(deployments.archivedAt)));
  const versionIds = [...new Set([...wanted, ...replicaRows].map((row) => row.modelVersionId))];
  const refs = await findEngineRefs(ctx, versionIds);
  const shas = [...new Set([...refs.values()].map((ref) => ref.baseSha))];
  const sizes = shas.length > 0 ? await ctx.db.select().from(blobs).where(inArray(blobs.sha256, shas)) : [];
  const bytesOf = new Map(sizes.map((blob) => [blob.sha256, blob.bytes]));
  const bases = new Map(
    [...refs].map(([id, { baseSha }]) => [id, { baseSha, bytes: bytesOf.get(baseSha) ?? 0 }] as const),
  );
  const servable = wanted.flatMap((version) => {
    const base = bases.get(version.modelVersionId);
    return base ? [{ ...version, ...base }] : [];
  });
  return [hostRows, replicaRows, servable, bases];
}
