import type { ModelVersionStatus, Scope } from "#db/enums.ts";
import type { DatedPrice } from "#server/pricing/price.rule.ts";
import type { WeightedRevision } from "#server/routing/pick.rule.ts";
import type { NameBook, NamedVersion } from "#server/routing/resolve.rule.ts";

type VersionRow = {
  id: string;
  projectId: string;
  modelId: string;
  number: number;
  status: ModelVersionStatus;
  /** what a host loads for it; null when there is no file to serve */
  engineModel: string | null;
  fineTunedName: string | null;
  createdAt: Date;
};

/** The rows of one consistent read, as `load.ts` fetches them; archived and revoked ones are left out there. */
export type SnapshotRows = {
  version: number;
  projects: { id: string; slug: string }[];
  /** those whose owner has left or is disabled are left out, as scopes are that the owner's role no longer holds */
  keys: { id: string; projectId: string; hmac: string; scopes: readonly Scope[]; expiresAt: Date | null }[];
  /** people who may come in */
  members: { projectId: string; userId: string }[];
  models: { id: string; projectId: string; name: string; createdAt: Date }[];
  versions: VersionRow[];
  aliases: { modelId: string; alias: string; modelVersionId: string }[];
  deployments: { id: string; projectId: string; name: string; createdAt: Date }[];
  revisions: { id: string; deploymentId: string; number: number; modelVersionId: string; weightBps: number }[];
  /** ready ones only */
  replicas: { hostId: string; modelVersionId: string }[];
  hosts: { id: string; url: string }[];
  prices: (DatedPrice & { modelId: string })[];
};

export type SnapshotKey = { id: string; projectId: string; scopes: readonly Scope[]; expiresAtMs: number | null };
export type ServedVersion = {
  id: string;
  /** `support/3` */
  name: string;
  engineModel: string;
  prices: readonly DatedPrice[];
  /** hosts with a ready replica */
  hostIds: readonly string[];
};
export type ServedRevision = WeightedRevision & { modelVersionId: string };
export type ServedDeployment = { id: string; name: string; createdAt: Date; revisions: readonly ServedRevision[] };
export type ProjectNames = {
  slug: string;
  book: NameBook;
  createdAt: ReadonlyMap<string, Date>;
  deployments: ReadonlyMap<string, ServedDeployment>;
};

/** All that a gateway must know to answer without asking Postgres. Immutable; replaced as a whole. */
export type Snapshot = {
  version: number;
  keys: ReadonlyMap<string, SnapshotKey>;
  /** `PROJECT_ID user:USER_ID`: for calls in a person's own name, which carry no key */
  members: ReadonlySet<string>;
  projects: ReadonlyMap<string, ProjectNames>;
  /** callable versions only */
  versions: ReadonlyMap<string, ServedVersion>;
  hosts: ReadonlyMap<string, { id: string; origin: string }>;
};

/** Index one read of the tables by what the hot path looks up. */
export function buildSnapshot(rows: SnapshotRows): Snapshot {
  const versions = servedVersions(rows);
  return {
    version: rows.version,
    keys: new Map(
      rows.keys.map(({ id, projectId, hmac, scopes, expiresAt }) => [
        hmac,
        { id, projectId, scopes, expiresAtMs: expiresAt?.getTime() ?? null },
      ]),
    ),
    members: new Set(rows.members.map(({ projectId, userId }) => `${projectId} user:${userId}`)),
    projects: new Map(rows.projects.map((project) => [project.id, projectNames(project, rows, versions)])),
    versions,
    hosts: new Map(rows.hosts.map((host) => [host.id, { id: host.id, origin: new URL(host.url).origin }])),
  };
}

function servedVersions(rows: SnapshotRows): Map<string, ServedVersion> {
  const models = new Map(rows.models.map((model) => [model.id, model]));
  const prices = grouped(rows.prices, (price) => price.modelId);
  const hostIds = grouped(rows.replicas, (replica) => replica.modelVersionId);
  const served = new Map<string, ServedVersion>();
  for (const version of rows.versions) {
    const model = models.get(version.modelId);
    const { engineModel } = version;
    if (!model || !engineModel) continue;
    served.set(version.id, {
      id: version.id,
      name: `${model.name}/${version.number}`,
      engineModel,
      prices: prices.get(model.id) ?? [],
      hostIds: (hostIds.get(version.id) ?? []).map((replica) => replica.hostId),
    });
  }
  return served;
}

function projectNames(
  project: { id: string; slug: string },
  rows: SnapshotRows,
  served: ReadonlyMap<string, ServedVersion>,
): ProjectNames {
  const models = rows.models.filter((model) => model.projectId === project.id);
  const versionsOf = grouped(rows.versions, (version) => version.modelId);
  const aliasesOf = grouped(rows.aliases, (alias) => alias.modelId);
  const revisionsOf = grouped(rows.revisions, (revision) => revision.deploymentId);
  const deployments = rows.deployments.filter((deployment) => deployment.projectId === project.id);
  const createdAt = new Map<string, Date>();
  const fineTuned = new Map<string, { model: string; number: number }>();
  const named = models.map((model) => {
    const its = versionsOf.get(model.id) ?? [];
    const numbers = new Map(its.map((version) => [version.id, version.number]));
    createdAt.set(model.name, model.createdAt);
    for (const version of its) {
      createdAt.set(`${model.name}/${version.number}`, version.createdAt);
      if (!version.fineTunedName) continue;
      createdAt.set(version.fineTunedName, version.createdAt);
      fineTuned.set(version.fineTunedName, { model: model.name, number: version.number });
    }
    const aliases = (aliasesOf.get(model.id) ?? []).flatMap(({ alias, modelVersionId }) => {
      const number = numbers.get(modelVersionId);
      return number === undefined ? [] : [[alias, number] as const];
    });
    const versions = new Map(its.map((version) => [version.number, namedVersion(version, served)]));
    return [model.name, { name: model.name, versions, aliases: new Map(aliases) }] as const;
  });
  for (const deployment of deployments) createdAt.set(deployment.name, deployment.createdAt);
  return {
    slug: project.slug,
    book: {
      deployments: new Map(deployments.map((deployment) => [deployment.name, deployment.id])),
      models: new Map(named),
      fineTuned,
    },
    createdAt,
    deployments: new Map(
      deployments.map((deployment) => [
        deployment.id,
        { ...deployment, revisions: revisionsOf.get(deployment.id) ?? [] },
      ]),
    ),
  };
}

function namedVersion(version: VersionRow, served: ReadonlyMap<string, ServedVersion>): NamedVersion {
  const { id, number } = version;
  if (served.has(id)) return { id, number, notReady: null };
  if (version.status === "importing") return { id, number, notReady: "is still being imported" };
  if (version.status === "failed") return { id, number, notReady: "could not be imported" };
  return { id, number, notReady: "has no GGUF file yet and cannot be served" };
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
