import { type Role, type Scope, scopes } from "#db/enums.ts";

/** What a person of each role may put on a key: never more than the role itself can do in the console. */
const grantable: Readonly<Record<Role, readonly Scope[]>> = {
  admin: scopes,
  engineer: scopes.filter((scope) => scope !== "admin"),
  operator: ["inference", "datasets:read", "runs:read", "models:read", "deployments:read", "deployments:write"],
  developer: ["inference", "datasets:read", "runs:read", "models:read", "deployments:read"],
  viewer: [],
};

/** The scopes a caller may grant. A key or this machine's admin key comes here only with the scope `admin`. */
export function grantableScopes(role: Role | null): readonly Scope[] {
  return role ? grantable[role] : scopes;
}

/** Admins see and end every key of the project, others only what they made. A null role stands for the scope `admin`. */
export function seesAllKeys(role: Role | null): boolean {
  return role === null || role === "admin";
}
