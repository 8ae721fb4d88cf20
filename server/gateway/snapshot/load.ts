import { setImmediate as turn } from "node:timers/promises";
import { and, eq, gt, inArray, isNull, or, sql } from "drizzle-orm";
import type { Db, Pool } from "#db/client.ts";
import { deployments, hosts, replicas, revisions } from "#db/schema/deployments.ts";
import { prices, snapshotProjects, snapshotVersion } from "#db/schema/gateway.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { aliases, models, modelVersions } from "#db/schema/models.ts";
import { members, projects, users } from "#db/schema/people.ts";
import { findEngineRefs } from "#server/deployments/engine-refs.ts";
import {
  buildProject,
  groupByProject,
  type ProjectNames,
  type Snapshot,
  type SnapshotRows,
  withProjects,
} from "#server/gateway/snapshot/build.ts";
import { heldScopes } from "#server/keys/grant.rule.ts";
import { onOwner, onOwnership, ownerColumns, ownerOf } from "#server/keys/owner.ts";

/** Rows of so many projects are read at once: what stands between two turns of the event loop. */
const projectsAtOnce = 32;

/**
 * Read every name, key and route of the projects that changed since `known`, or of every project without it, in one
 * consistent read. A change costs what its project holds, however many others there are; calls are answered between
 * the projects of a whole read.
 */
export async function loadSnapshot(db: Pool, known: Snapshot | null = null): Promise<Snapshot> {
  return db.transaction(
    async (tx) => {
      const { version, allVersion } = await versionOf(tx);
      // a restored database is older than what is known
      const base = known && known.version >= allVersion && known.version <= version ? known : null;
      const changed = await changedProjects(tx, base?.version ?? null);
      const built = new Map<string, ProjectNames | null>();
      for (let from = 0; from < changed.length; from += projectsAtOnce) {
        const some = changed.slice(from, from + projectsAtOnce);
        const rowsOf = groupByProject(
          await rowsOfProjects(
            tx,
            some.map((project) => project.id),
          ),
        );
        for (const { id, slug } of some) {
          built.set(id, slug === null ? null : buildProject(slug, rowsOf(id)));
          await turn();
        }
      }
      return { version, hosts: await hostsOf(tx), ...withProjects(base, built) };
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
}

async function versionOf(db: Db): Promise<{ version: number; allVersion: number }> {
  const [row] = await db.select().from(snapshotVersion);
  return row ?? { version: 0, allVersion: 0 };
}

/** `slug` is null when a project is closed. */
async function changedProjects(db: Db, since: number | null): Promise<{ id: string; slug: string | null }[]> {
  const open = isNull(projects.archivedAt);
  if (since === null) return db.select({ id: projects.id, slug: projects.slug }).from(projects).where(open);
  return db
    .select({ id: snapshotProjects.id, slug: projects.slug })
    .from(snapshotProjects)
    .leftJoin(projects, and(eq(projects.id, snapshotProjects.id), open))
    .where(gt(snapshotProjects.version, since));
}

async function hostsOf(db: Db): Promise<Snapshot["hosts"]> {
  const rows = await db.select({ id: hosts.id, url: hosts.url }).from(hosts).where(isNull(hosts.stoppedAt));
  return new Map(rows.map((host) => [host.id, { id: host.id, origin: new URL(host.url).origin }]));
}

/** The questions go out together on the one connection, so that a whole read waits for few answers. */
async function rowsOfProjects(db: Db, ids: string[]): Promise<SnapshotRows> {
  const [keys, memberRows, modelRows, versions, aliasRows, deploymentRows, revisionRows, replicaRows, priceRows] =
    await Promise.all([
      keysOf(db, ids),
      db
        .select({ projectId: members.projectId, userId: members.userId })
        .from(members)
        .innerJoin(users, and(eq(users.id, members.userId), isNull(users.disabledAt)))
        .where(inArray(members.projectId, ids)),
      db
        .select({ id: models.id, projectId: models.projectId, name: models.name, createdAt: models.createdAt })
        .from(models)
        .where(and(inArray(models.projectId, ids), isNull(models.archivedAt), isNull(models.deletedAt))),
      versionsOf(db, ids),
      db
        .select({
          projectId: aliases.projectId,
          modelId: aliases.modelId,
          alias: aliases.alias,
          modelVersionId: aliases.modelVersionId,
        })
        .from(aliases)
        .where(inArray(aliases.projectId, ids)),
      db
        .select({
          id: deployments.id,
          projectId: deployments.projectId,
          name: deployments.name,
          createdAt: deployments.createdAt,
        })
        .from(deployments)
        .where(and(inArray(deployments.projectId, ids), isNull(deployments.archivedAt))),
      db
        .select({
          id: revisions.id,
          projectId: revisions.projectId,
          deploymentId: revisions.deploymentId,
          number: revisions.number,
          modelVersionId: revisions.modelVersionId,
          weightBps: revisions.weightBps,
        })
        .from(revisions)
        .where(and(inArray(revisions.projectId, ids), isNull(revisions.retiredAt))),
      db
        .select({ projectId: replicas.projectId, hostId: replicas.hostId, modelVersionId: replicas.modelVersionId })
        .from(replicas)
        .where(and(inArray(replicas.projectId, ids), eq(replicas.status, "ready"))),
      db
        .select({
          projectId: prices.projectId,
          modelId: prices.modelId,
          inputUsdNanosPerMillionTokens: prices.inputUsdNanosPerMillionTokens,
          outputUsdNanosPerMillionTokens: prices.outputUsdNanosPerMillionTokens,
          effectiveFrom: prices.effectiveFrom,
        })
        .from(prices)
        .where(inArray(prices.projectId, ids)),
    ]);
  return {
    keys,
    members: memberRows,
    models: modelRows,
    versions,
    aliases: aliasRows,
    deployments: deploymentRows,
    revisions: revisionRows,
    replicas: replicaRows,
    prices: priceRows,
  };
}

async function keysOf(db: Db, ids: string[]): Promise<SnapshotRows["keys"]> {
  const live = or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`));
  const keys = await db
    .select({
      id: apiKeys.id,
      projectId: apiKeys.projectId,
      hmac: apiKeys.hmac,
      scopes: apiKeys.scopes,
      expiresAt: apiKeys.expiresAt,
      ...ownerColumns,
    })
    .from(apiKeys)
    .leftJoin(users, onOwner)
    .leftJoin(members, onOwnership)
    .where(and(inArray(apiKeys.projectId, ids), isNull(apiKeys.revokedAt), live));
  return keys.flatMap((key) => {
    const scopes = heldScopes(key.scopes, ownerOf(key));
    return scopes ? [{ ...key, scopes }] : [];
  });
}

async function versionsOf(db: Db, ids: string[]): Promise<SnapshotRows["versions"]> {
  const rows = await db
    .select({
      id: modelVersions.id,
      projectId: modelVersions.projectId,
      modelId: modelVersions.modelId,
      number: modelVersions.version,
      status: modelVersions.status,
      createdAt: modelVersions.createdAt,
      fineTunedName: modelVersions.fineTunedName,
    })
    .from(modelVersions)
    .where(and(inArray(modelVersions.projectId, ids), isNull(modelVersions.deletedAt)));
  const ready = rows.filter((version) => version.status === "ready").map((version) => version.id);
  const refs = await findEngineRefs({ db }, ready);
  return rows.map((version) => ({ ...version, engineModel: refs.get(version.id)?.text ?? null }));
}
