import { type Role, roles, type Scope } from "#db/enums.ts";

/** Who may call a procedure: anyone, any signed-in person, the owner, or a project's roles and an API key's scope. */
export type Access =
  | { who: "anyone" }
  | { who: "signed-in" }
  | { who: "owner" }
  | { who: "project"; roles: readonly Role[]; scope: Scope };

const everyone = roles;
const builders = ["admin", "engineer"] as const;
const shippers = ["admin", "engineer", "operator"] as const;
const callers = ["admin", "engineer", "operator", "developer"] as const;
const admins = ["admin"] as const;

const project = (allowed: readonly Role[], scope: Scope): Access => ({ who: "project", roles: allowed, scope });

/** Procedure → access. No entry = denied, and a test that walks the router fails. */
export const access: Readonly<Record<string, Access>> = {
  // people
  "people.changePassword": { who: "signed-in" },
  "people.disable": { who: "signed-in" }, // of whom: people/account-authority.ts
  "people.enable": { who: "signed-in" },
  "people.endSession": { who: "signed-in" },
  "people.list": { who: "owner" },
  "people.me": { who: "signed-in" },
  "people.renameMe": { who: "signed-in" },
  "people.resetPassword": { who: "signed-in" },
  "people.sessions": { who: "signed-in" },
  "people.setPassword": { who: "anyone" },
  "people.signOutEverywhere": { who: "signed-in" },
  // projects
  "projects.acceptInvitation": { who: "anyone" },
  "projects.archive": project(admins, "admin"),
  "projects.claimFirstAdmin": { who: "anyone" },
  "projects.create": { who: "owner" },
  "projects.delete": project(admins, "admin"),
  "projects.deleteAffects": project(admins, "admin"),
  "projects.invitations": project(admins, "admin"),
  "projects.invite": project(admins, "admin"),
  "projects.join": { who: "signed-in" },
  "projects.list": { who: "signed-in" },
  "projects.members": project(everyone, "admin"),
  "projects.removeMember": project(admins, "admin"),
  "projects.rename": project(admins, "admin"),
  "projects.revokeInvitation": project(admins, "admin"),
  "projects.setMemberRole": project(admins, "admin"),
  "projects.setRetention": project(admins, "admin"),
  "projects.show": project(everyone, "admin"),
  // keys
  "keys.create": project(callers, "admin"),
  "keys.grantable": project(everyone, "admin"),
  "keys.ofMember": project(admins, "admin"),
  "keys.list": project(everyone, "admin"),
  "keys.revoke": project(callers, "admin"),
  // audit
  "audit.actors": project(admins, "admin"),
  "audit.installation": { who: "owner" },
  "audit.installationActors": { who: "owner" },
  "audit.list": project(admins, "admin"),
  // datasets
  "datasets.archive": project(builders, "datasets:write"),
  "datasets.create": project(builders, "datasets:write"),
  "datasets.decide": project(builders, "datasets:write"),
  "datasets.delete": project(builders, "datasets:write"),
  "datasets.deleteAffects": project(everyone, "datasets:read"),
  "datasets.deleteVersion": project(builders, "datasets:write"),
  "datasets.deleteVersionAffects": project(everyone, "datasets:read"),
  "datasets.list": project(everyone, "datasets:read"),
  "datasets.pickVersion": project(everyone, "datasets:read"),
  "datasets.resplit": project(builders, "datasets:write"),
  "datasets.restore": project(builders, "datasets:write"),
  "datasets.rows": project(everyone, "datasets:read"),
  "datasets.show": project(everyone, "datasets:read"),
  "datasets.uploads": project(builders, "datasets:write"),
  "datasets.useSample": project(builders, "datasets:write"),
  // runs
  "runs.cancel": project(builders, "runs:write"),
  "runs.curves": project(everyone, "runs:read"),
  "runs.delete": project(builders, "runs:write"),
  "runs.deleteAffects": project(everyone, "runs:read"),
  "runs.estimate": project(everyone, "runs:read"),
  "runs.events": project(everyone, "runs:read"),
  "runs.list": project(everyone, "runs:read"),
  "runs.log": project(everyone, "runs:read"),
  "runs.pause": project(builders, "runs:write"),
  "runs.resume": project(builders, "runs:write"),
  "runs.show": project(everyone, "runs:read"),
  "runs.start": project(builders, "runs:write"),
  // evals
  "evals.archiveSuite": project(builders, "models:write"),
  "evals.cancel": project(builders, "models:write"),
  "evals.cases": project(everyone, "models:read"),
  "evals.createSuite": project(builders, "models:write"),
  "evals.delete": project(builders, "models:write"),
  "evals.deleteAffects": project(everyone, "models:read"),
  "evals.deleteSuite": project(builders, "models:write"),
  "evals.deleteSuiteAffects": project(everyone, "models:read"),
  "evals.list": project(everyone, "models:read"),
  "evals.propose": project(everyone, "models:read"),
  "evals.show": project(everyone, "models:read"),
  "evals.start": project(builders, "models:write"),
  "evals.suites": project(everyone, "models:read"),
  // models
  "models.artifacts": project(everyone, "models:read"),
  "models.delete": project(builders, "models:write"),
  "models.deleteAffects": project(everyone, "models:read"),
  "models.deleteVersion": project(builders, "models:write"),
  "models.deleteVersionAffects": project(everyone, "models:read"),
  "models.import": project(builders, "models:write"),
  "models.importSample": project(builders, "models:write"),
  "models.lineage": project(everyone, "models:read"),
  "models.list": project(everyone, "models:read"),
  "models.pickVersion": project(everyone, "models:read"),
  "models.removeAlias": project(shippers, "models:write"),
  "models.show": project(everyone, "models:read"),
  // promotions
  "promotions.gate": project(everyone, "models:read"),
  "promotions.promote": project(shippers, "models:write"),
  // deployments
  "deployments.addRevision": project(shippers, "deployments:write"),
  "deployments.applied": project(everyone, "deployments:read"),
  "deployments.archive": project(shippers, "deployments:write"),
  "deployments.create": project(shippers, "deployments:write"),
  "deployments.delete": project(shippers, "deployments:write"),
  "deployments.deleteAffects": project(everyone, "deployments:read"),
  "deployments.list": project(everyone, "deployments:read"),
  "deployments.meaningOfName": project(everyone, "deployments:read"),
  "deployments.retireRevision": project(shippers, "deployments:write"),
  "deployments.servable": project(everyone, "deployments:read"),
  "deployments.setWeights": project(shippers, "deployments:write"),
  "deployments.show": project(everyone, "deployments:read"),
  "deployments.timeline": project(everyone, "deployments:read"),
  // routing
  "routing.callable": project(everyone, "models:read"),
  "routing.example": project(everyone, "models:read"),
  // requests
  "requests.choices": project(everyone, "deployments:read"),
  "requests.list": project(everyone, "deployments:read"),
  "requests.show": project(everyone, "deployments:read"),
  "requests.summary": project(everyone, "deployments:read"),
  "requests.traffic": project(everyone, "deployments:read"),
  // playground
  "playground.send": project(callers, "inference"),
  // economics
  "economics.prices": project(everyone, "deployments:read"),
  "economics.setPrice": project(admins, "admin"),
  // storage
  "storage.machine": { who: "owner" },
  "storage.project": project(everyone, "admin"),
  "storage.uses": { who: "owner" },
  // ops
  "ops.health": project(everyone, "deployments:read"),
  "ops.home": project(everyone, "admin"),
  "ops.live": { who: "anyone" }, // each topic's project is entered: ops/live/check-topics.ts
  "ops.search": project(everyone, "admin"),
};

/** Entries of plain HTTP handlers in app/api, which are no procedures. */
export const plainHandlers = ["playground.send"] as const;

export type Decision = { allow: true } | { allow: false; why: string };

/** May a person with this role, or a key with these scopes, call this procedure? `admin` opens every scope. */
export function decideAccess(
  procedure: string,
  caller: { role: Role | null; scopes: readonly Scope[] | null },
  table: Readonly<Record<string, Access>> = access,
): Decision {
  const entry = Object.hasOwn(table, procedure) ? table[procedure] : undefined;
  if (!entry) return { allow: false, why: `${procedure} has no entry in the access table` };
  if (entry.who !== "project") return { allow: true };
  if (caller.scopes) {
    const allowed = caller.scopes.includes("admin") || caller.scopes.includes(entry.scope);
    return allowed ? { allow: true } : { allow: false, why: `this key lacks the scope ${entry.scope}` };
  }
  if (caller.role && entry.roles.includes(caller.role)) return { allow: true };
  return { allow: false, why: `${procedure} takes the role ${entry.roles.join(" or ")}` };
}
