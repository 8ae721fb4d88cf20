import { and, eq, gt, isNull, or, sql } from "drizzle-orm";
import type { Db, Pool } from "#db/client.ts";
import { deployments, hosts, replicas, revisions } from "#db/schema/deployments.ts";
import { prices, snapshotVersion } from "#db/schema/gateway.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { aliases, models, modelVersions } from "#db/schema/models.ts";
import { members, projects, users } from "#db/schema/people.ts";
import { findEngineRefs } from "#server/deployments/engine-refs.ts";
import { buildSnapshot, type Snapshot } from "#server/gateway/snapshot/build.ts";
import { heldScopes } from "#server/keys/grant.rule.ts";
import { onOwner, onOwnership, ownerColumns, ownerOf } from "#server/keys/owner.ts";

/** Read every name, key and route of every project in one consistent read. */
export async function loadSnapshot(db: Pool): Promise<Snapshot> {
  return db.transaction(
    async (tx) => buildSnapshot({ version: await versionOf(tx), ...(await people(tx)), ...(await served(tx)) }),
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
}

export async function versionOf(db: Db): Promise<number> {
  const [row] = await db.select({ version: snapshotVersion.version }).from(snapshotVersion);
  return row?.version ?? 0;
}

async function people(db: Db) {
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
    .innerJoin(projects, and(eq(projects.id, apiKeys.projectId), isNull(projects.archivedAt)))
    .leftJoin(users, onOwner)
    .leftJoin(members, onOwnership)
    .where(and(isNull(apiKeys.revokedAt), live));
  return {
    projects: await db
      .select({ id: projects.id, slug: projects.slug })
      .from(projects)
      .where(isNull(projects.archivedAt)),
    keys: keys.flatMap((key) => {
      const scopes = heldScopes(key.scopes, ownerOf(key));
      return scopes ? [{ ...key, scopes }] : [];
    }),
    members: await db
      .select({ projectId: members.projectId, userId: members.userId })
      .from(members)
      .innerJoin(users, and(eq(users.id, members.userId), isNull(users.disabledAt))),
  };
}

async function served(db: Db) {
  return {
    models: await db
      .select({ id: models.id, projectId: models.projectId, name: models.name, createdAt: models.createdAt })
      .from(models)
      .where(and(isNull(models.archivedAt), isNull(models.deletedAt))),
    versions: await versionsOf(db),
    aliases: await db
      .select({ modelId: aliases.modelId, alias: aliases.alias, modelVersionId: aliases.modelVersionId })
      .from(aliases),
    deployments: await db
      .select({
        id: deployments.id,
        projectId: deployments.projectId,
        name: deployments.name,
        createdAt: deployments.createdAt,
      })
      .from(deployments)
      .where(isNull(deployments.archivedAt)),
    revisions: await db
      .select({
        id: revisions.id,
        deploymentId: revisions.deploymentId,
        number: revisions.number,
        modelVersionId: revisions.modelVersionId,
        weightBps: revisions.weightBps,
      })
      .from(revisions)
      .where(isNull(revisions.retiredAt)),
    replicas: await db
      .select({ hostId: replicas.hostId, modelVersionId: replicas.modelVersionId })
      .from(replicas)
      .where(eq(replicas.status, "ready")),
    hosts: await db.select({ id: hosts.id, url: hosts.url }).from(hosts).where(isNull(hosts.stoppedAt)),
    prices: await db
      .select({
        modelId: prices.modelId,
        inputUsdNanosPerMillionTokens: prices.inputUsdNanosPerMillionTokens,
        outputUsdNanosPerMillionTokens: prices.outputUsdNanosPerMillionTokens,
        effectiveFrom: prices.effectiveFrom,
      })
      .from(prices),
  };
}

async function versionsOf(db: Db) {
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
    .where(isNull(modelVersions.deletedAt));
  const ready = rows.filter((version) => version.status === "ready").map((version) => version.id);
  const refs = await findEngineRefs({ db }, ready);
  return rows.map((version) => ({ ...version, engineModel: refs.get(version.id)?.text ?? null }));
}
