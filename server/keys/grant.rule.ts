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

/** Whose key it is, as their membership stands now. `role` is null for somebody who has left the project. */
export type KeyOwner = { role: Role | null; disabled: boolean };

/**
 * What a key opens now: what was put on it, within its owner's present role; null when its owner has left or is
 * disabled, so that it opens nothing. A key without owner is the project's own.
 */
export function heldScopes(granted: readonly Scope[], owner: KeyOwner | null): readonly Scope[] | null {
  if (!owner) return granted;
  if (owner.disabled || !owner.role) return null;
  const allowed = grantable[owner.role];
  return granted.filter((scope) => allowed.includes(scope));
}

/** Admins see and end every key of the project, others only their own. A null role stands for the scope `admin`. */
export function seesAllKeys(role: Role | null): boolean {
  return role === null || role === "admin";
}
