import type { Actor } from "#db/enums.ts";
import { idMint } from "#db/ids.ts";
import { DomainError } from "#server/errors.ts";
import type { CallableModel, CallerKey, Dependencies, Route, RouteRequest } from "#server/gateway/contract.ts";
import type { Forwarder } from "#server/gateway/forward.ts";
import { plainRetries } from "#server/gateway/retry.rule.ts";
import type { ProjectNames, ServedDeployment, ServedRevision, Snapshot } from "#server/gateway/snapshot/build.ts";
import type { SnapshotKeeper } from "#server/gateway/snapshot/keep.ts";
import type { Target } from "#server/inference/client/target.ts";
import { priceAt } from "#server/pricing/price.rule.ts";
import { bucketOf, pickRevision, stickyKeyOf } from "#server/routing/pick.rule.ts";
import { resolveName } from "#server/routing/resolve.rule.ts";

type Host = { id: string; origin: string };

type Parts = {
  keeper: Pick<SnapshotKeeper, "current" | "liveHosts" | "nowMs" | "reachable" | "confirm">;
  forwarder: Pick<Forwarder, "forward" | "positionOf" | "inFlight" | "isSuspect">;
  /** an inference host as a target of calls */
  hostTarget: (host: Host) => Target;
  /** HMAC of a presented key, as the database stores it */
  digestOf: (presented: string) => string;
  /** an internal token of the console or the evals; null when it is none or has expired */
  verifyInternal: (presented: string, nowMs: number) => CallerKey | null;
  record: Dependencies["record"];
  reserve: Dependencies["reserve"];
  noticeAfterMs: number;
};

/** The dependencies of a gateway over one snapshot keeper, one forwarder and one spool: no call of Postgres behind any of them. */
export function createDependencies(parts: Parts): Dependencies {
  const { keeper, forwarder } = parts;
  const kept = new WeakMap<Host, Target>(); // a snapshot's hosts stay the same objects until the next one
  const targetOf = (host: Host) => {
    const target = kept.get(host) ?? parts.hostTarget(host);
    kept.set(host, target);
    return target;
  };
  const routing = { ...parts, hostTarget: targetOf };
  const mint = idMint(keeper.nowMs);
  const snapshot = (): Snapshot => {
    const current = keeper.current();
    if (current) return current;
    throw new DomainError("UNAVAILABLE", "this gateway has not read its keys and routes yet: try again in a moment");
  };
  const namesOf = (projectId: string): ProjectNames => {
    const names = snapshot().projects.get(projectId);
    if (!names) throw new DomainError("UNAUTHENTICATED", "the project of this API key is closed");
    return names;
  };
  return {
    findKey: (presented) => {
      if (presented.startsWith("lfi_")) {
        const caller = parts.verifyInternal(presented, keeper.nowMs());
        const isPerson = caller?.actor.startsWith("user:");
        const isIn = caller && snapshot().projects.get(caller.projectId)?.members.has(caller.actor);
        return isPerson && !isIn ? null : caller;
      }
      const key = snapshot().keys.get(parts.digestOf(presented));
      if (!key || (key.expiresAtMs !== null && key.expiresAtMs <= keeper.nowMs())) return null;
      const actor: Actor = `key:${key.id}`;
      return { id: key.id, projectId: key.projectId, actor, scopes: key.scopes };
    },
    confirm: async () => {
      if (keeper.reachable()) await keeper.confirm();
    },
    route: (request) => routeOf(snapshot(), namesOf(request.key.projectId), request, routing),
    models: (projectId) => listModels(namesOf(projectId)),
    findModel: (projectId, name) => {
      const names = namesOf(projectId);
      return resolveName(names.book, name).to === "nothing" ? null : describe(names, name);
    },
    forward: forwarder.forward,
    positionOf: forwarder.positionOf,
    noticeAfterMs: parts.noticeAfterMs,
    record: parts.record,
    reserve: parts.reserve,
    nowMs: keeper.nowMs,
    newRequestId: () => mint("request"),
  };
}

function routeOf(snapshot: Snapshot, names: ProjectNames, request: RouteRequest, parts: Parts): Route {
  const found = resolveName(names.book, request.model);
  if (found.to === "nothing")
    throw new DomainError("NOT_FOUND", found.why, { field: "model", reason: "model_not_found" });
  const deployment = found.to === "deployment" ? names.deployments.get(found.deploymentId) : undefined;
  const revision = deployment ? revisionOf(deployment, request) : null;
  const versionId = revision ? revision.modelVersionId : found.to === "version" ? found.versionId : "";
  const version = names.versions.get(versionId);
  if (!version)
    throw new DomainError("UNAVAILABLE", `the version behind ${request.model} has no file that can be served yet`);
  const targets = orderTargets(snapshot, version.hostIds, parts);
  if (targets.length === 0)
    throw new DomainError("UNAVAILABLE", "no inference host is running: start one, then try again", {
      reason: "no_inference_host",
    });
  return {
    deployment: deployment ? { id: deployment.id, name: deployment.name } : null,
    revision: revision ? { id: revision.id, number: revision.number } : null,
    version: { id: version.id, name: version.name, price: priceAt(version.prices, new Date(parts.keeper.nowMs())) },
    places: targets.map((target) => ({ target, model: version.engineModel })),
    policy: plainRetries,
  };
}

function revisionOf(deployment: ServedDeployment, request: RouteRequest): ServedRevision {
  const { pin } = request;
  if (pin) {
    const pinned = deployment.revisions.find((revision) => revision.id === pin || String(revision.number) === pin);
    if (pinned) return pinned;
    const message = `${deployment.name} has no live revision ${pin}`;
    throw new DomainError("NOT_FOUND", message, { field: "x-forge-revision", reason: "revision_not_found" });
  }
  const weighted = deployment.revisions.filter((revision) => revision.weightBps > 0);
  const [only] = weighted;
  if (only && weighted.length === 1) return only;
  const { user, conversation, key } = request;
  const bucket = bucketOf(deployment.id, stickyKeyOf({ user, conversation, keyId: key.id }));
  const picked = pickRevision(deployment.revisions, bucket);
  if (picked) return picked;
  throw new DomainError("UNAVAILABLE", `no revision of ${deployment.name} has any weight`);
}

/** Equally busy hosts take turns. */
let turn = 0;

/**
 * Hosts with a ready replica, the least busy first; without one any live host, which loads on first use.
 * Hosts that just failed us come last, and hosts without heartbeat only when nobody else is left.
 */
function orderTargets(snapshot: Snapshot, hostIds: readonly string[], parts: Parts): Target[] {
  const { forwarder, keeper } = parts;
  const live = keeper.liveHosts();
  const all = [...snapshot.hosts.values()];
  const ready = all.filter((host) => hostIds.includes(host.id));
  const readyAndLive = ready.filter((host) => live.has(host.id));
  const candidates = [readyAndLive, all.filter((host) => live.has(host.id)), ready].find((list) => list.length > 0);
  const targets = (candidates ?? []).map(parts.hostTarget);
  if (targets.length < 2) return targets;
  const first = turn++ % targets.length;
  const rank = ({ id }: Target) => (forwarder.isSuspect(id) ? 1e6 : 0) + forwarder.inFlight(id);
  return [...targets.slice(first), ...targets.slice(0, first)].sort((a, b) => rank(a) - rank(b));
}

/** Deployments, models callable by their bare name, and fine-tuned names; versions are callable but not listed. */
function listModels(names: ProjectNames): CallableModel[] {
  const bare = [...names.book.models.keys()].filter(
    (name) => !names.book.deployments.has(name) && resolveName(names.book, name).to !== "nothing",
  );
  const fineTuned = [...names.book.fineTuned.keys()].filter((name) => resolveName(names.book, name).to !== "nothing");
  return [...names.book.deployments.keys(), ...bare, ...fineTuned].map((name) => describe(names, name));
}

function describe(names: ProjectNames, name: string): CallableModel {
  return { id: name, createdAt: names.createdAt.get(name) ?? new Date(0), ownedBy: names.slug };
}
