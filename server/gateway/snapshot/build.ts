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

/** Rows of some projects, each naming its own, as `load.ts` fetches them; archived and revoked ones are left out there. */
export type SnapshotRows = {
  /** those whose owner has left or is disabled are left out, as scopes are that the owner's role no longer holds */
  keys: { id: string; projectId: string; hmac: string; scopes: readonly Scope[]; expiresAt: Date | null }[];
  /** people who may come in */
  members: { projectId: string; userId: string }[];
  models: { id: string; projectId: string; name: string; createdAt: Date }[];
  versions: VersionRow[];
  aliases: { projectId: string; modelId: string; alias: string; modelVersionId: string }[];
  deployments: { id: string; projectId: string; name: string; createdAt: Date }[];
  revisions: {
    id: string;
    projectId: string;
    deploymentId: string;
    number: number;
    modelVersionId: string;
    weightBps: number;
  }[];
  /** ready ones only */
  replicas: { projectId: string; hostId: string; modelVersionId: string }[];
  prices: (DatedPrice & { projectId: string; modelId: string })[];
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
  /** callable versions only */
  versions: ReadonlyMap<string, ServedVersion>;
  /** by the HMAC that the database stores */
  keys: ReadonlyMap<string, SnapshotKey>;
  /** `user:ID`: for calls in a person's own name, which carry no key */
  members: ReadonlySet<string>;
};

/** All that a gateway must know to answer without asking Postgres. Immutable; replaced as a whole. */
export type Snapshot = {
  version: number;
  /** of all projects */
  keys: ReadonlyMap<string, SnapshotKey>;
  projects: ReadonlyMap<string, ProjectNames>;
  hosts: ReadonlyMap<string, { id: string; origin: string }>;
};

/** What each of these projects has, by project, in one pass over the rows. */
export function groupByProject(rows: SnapshotRows): (projectId: string) => SnapshotRows {
  const of = <T extends { projectId: string }>(items: readonly T[]) => grouped(items, (item) => item.projectId);
  const groups = {
    keys: of(rows.keys),
    members: of(rows.members),
    models: of(rows.models),
    versions: of(rows.versions),
    aliases: of(rows.aliases),
    deployments: of(rows.deployments),
    revisions: of(rows.revisions),
    replicas: of(rows.replicas),
    prices: of(rows.prices),
  };
  return (id) => ({
    keys: groups.keys.get(id) ?? [],
    members: groups.members.get(id) ?? [],
    models: groups.models.get(id) ?? [],
    versions: groups.versions.get(id) ?? [],
    aliases: groups.aliases.get(id) ?? [],
    deployments: groups.deployments.get(id) ?? [],
    revisions: groups.revisions.get(id) ?? [],
    replicas: groups.replicas.get(id) ?? [],
    prices: groups.prices.get(id) ?? [],
  });
}

/** Index one project's rows by what the hot path looks up. */
export function buildProject(slug: string, rows: SnapshotRows): ProjectNames {
  const versions = servedVersions(rows);
  const named = namesOf(rows, versions);
  const revisionsOf = grouped(rows.revisions, (revision) => revision.deploymentId);
  const { deployments } = rows;
  for (const deployment of deployments) named.createdAt.set(deployment.name, deployment.createdAt);
  return {
    slug,
    book: {
      deployments: new Map(deployments.map((deployment) => [deployment.name, deployment.id])),
      models: named.models,
      fineTuned: named.fineTuned,
    },
    createdAt: named.createdAt,
    deployments: new Map(
      deployments.map((deployment) => [
        deployment.id,
        { ...deployment, revisions: revisionsOf.get(deployment.id) ?? [] },
      ]),
    ),
    versions,
    keys: new Map(
      rows.keys.map(({ id, projectId, hmac, scopes, expiresAt }) => [
        hmac,
        { id, projectId, scopes, expiresAtMs: expiresAt?.getTime() ?? null },
      ]),
    ),
    members: new Set(rows.members.map(({ userId }) => `user:${userId}`)),
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

function namesOf(rows: SnapshotRows, served: ReadonlyMap<string, ServedVersion>) {
  const versionsOf = grouped(rows.versions, (version) => version.modelId);
  const aliasesOf = grouped(rows.aliases, (alias) => alias.modelId);
  const createdAt = new Map<string, Date>();
  const fineTuned = new Map<string, { model: string; number: number }>();
  const named = rows.models.map((model) => {
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
  return { models: new Map(named), fineTuned, createdAt };
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

/** A snapshot with these projects as they are now (null: gone) and the others as `known` has them. */
export function withProjects(
  known: Pick<Snapshot, "keys" | "projects"> | null,
  changed: ReadonlyMap<string, ProjectNames | null>,
): Pick<Snapshot, "keys" | "projects"> {
  const projects = new Map(known?.projects);
  const keys = new Map(known?.keys); // copied whole: a microsecond for ten keys
  for (const [id, project] of changed) {
    for (const hmac of projects.get(id)?.keys.keys() ?? []) keys.delete(hmac);
    if (!project) {
      projects.delete(id);
      continue;
    }
    projects.set(id, project);
    for (const [hmac, key] of project.keys) keys.set(hmac, key);
  }
  return { keys, projects };
}
