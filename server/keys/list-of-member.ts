import { and, asc, desc, eq, gt, isNull, or, sql } from "drizzle-orm";
import { apiKeys } from "#db/schema/keys.ts";
import { members } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { heldScopes } from "#server/keys/grant.rule.ts";
import type { KeysOfMember } from "#server/keys/input.ts";

const mostShown = 500;

/**
 * The live keys of one member, the last used first → `{items}`: what to look at before they are removed or get another
 * role. With `role`, `loses` names the scopes that a key would no longer open. Throws NOT_FOUND for no member.
 */
export async function listKeysOfMember(ctx: Ctx, input: KeysOfMember) {
  const member = and(eq(members.projectId, ctx.projectId), eq(members.userId, input.userId));
  if ((await ctx.db.$count(members, member)) === 0)
    throw new DomainError("NOT_FOUND", "this person is not a member of the project");
  const rows = await ctx.db
    .select({
      id: apiKeys.id,
      name: apiKeys.name,
      last4: apiKeys.last4,
      scopes: apiKeys.scopes,
      lastUsedAt: apiKeys.lastUsedAt,
    })
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.projectId, ctx.projectId),
        eq(apiKeys.ownerId, input.userId),
        isNull(apiKeys.revokedAt),
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)),
      ),
    )
    .orderBy(sql`${desc(apiKeys.lastUsedAt)} nulls last`, asc(apiKeys.id))
    .limit(mostShown);
  const { role } = input;
  return {
    items: rows.map((row) => {
      const held = role ? (heldScopes(row.scopes, { role, disabled: false }) ?? []) : row.scopes;
      return { ...row, loses: row.scopes.filter((scope) => !held.includes(scope)) };
    }),
  };
}
