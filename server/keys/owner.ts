import { and, eq, isNotNull, type SQL } from "drizzle-orm";
import type { Role } from "#db/enums.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { members, users } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import type { KeyOwner } from "#server/keys/grant.rule.ts";

/** Joins and columns with which a query of keys tells what each may do now: `ownerOf(row)` goes into `heldScopes`. */
export const ownerColumns = { ownerId: apiKeys.ownerId, ownerRole: members.role, ownerDisabledAt: users.disabledAt };
export const onOwner: SQL | undefined = eq(users.id, apiKeys.ownerId);
export const onOwnership: SQL | undefined = and(
  eq(members.userId, apiKeys.ownerId),
  eq(members.projectId, apiKeys.projectId),
);

export function ownerOf(row: {
  ownerId: string | null;
  ownerRole: Role | null;
  ownerDisabledAt: Date | null;
}): KeyOwner | null {
  return row.ownerId === null ? null : { role: row.ownerRole, disabled: row.ownerDisabledAt !== null };
}

/** Whose a key will be that this caller makes: a person's own, with a key the same person's, else the project's. */
export async function keyOwnerOf(ctx: Pick<Ctx, "db" | "actor">): Promise<string | null> {
  if (ctx.actor.startsWith("user:")) return ctx.actor.slice("user:".length);
  if (!ctx.actor.startsWith("key:")) return null;
  const [key] = await ctx.db
    .select({ ownerId: apiKeys.ownerId })
    .from(apiKeys)
    .where(and(eq(apiKeys.id, ctx.actor.slice("key:".length)), isNotNull(apiKeys.ownerId)));
  return key?.ownerId ?? null;
}

/** For those who see only their own keys. */
export function isOwn(ctx: Pick<Ctx, "actor">): SQL | undefined {
  return eq(apiKeys.ownerId, ctx.actor.replace(/^user:/, ""));
}
