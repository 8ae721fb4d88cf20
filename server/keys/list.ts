import { and, desc, eq, gt, isNotNull, isNull, lte, or, sql } from "drizzle-orm";
import type { Role } from "#db/enums.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { members, users } from "#db/schema/people.ts";
import { contains } from "#server/contains.ts";
import type { Ctx } from "#server/context.ts";
import { heldScopes, seesAllKeys } from "#server/keys/grant.rule.ts";
import type { ListKeys } from "#server/keys/input.ts";
import { isOwn, onOwner, onOwnership, ownerColumns, ownerOf } from "#server/keys/owner.ts";

const live = and(isNull(apiKeys.revokedAt), or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)));
const ended = or(isNotNull(apiKeys.revokedAt), lte(apiKeys.expiresAt, sql`now()`));

/**
 * Keys of the project, newest first → `{items, nextCursor}`; without the role admin only one's own. `stopped`: its owner is
 * disabled or no member; `withheld`: scopes it was given that the owner's present role does not hold.
 */
export async function listKeys(ctx: Ctx & { role: Role | null }, input: ListKeys) {
  const rows = await ctx.db
    .select({
      id: apiKeys.id,
      name: apiKeys.name,
      last4: apiKeys.last4,
      scopes: apiKeys.scopes,
      createdBy: apiKeys.createdBy,
      ownerName: users.name,
      ...ownerColumns,
      createdAt: apiKeys.createdAt,
      expiresAt: apiKeys.expiresAt,
      lastUsedAt: apiKeys.lastUsedAt,
      ended: sql<"revoked" | "expired" | null>`case when ${apiKeys.revokedAt} is not null then 'revoked'
        when ${apiKeys.expiresAt} <= now() then 'expired' end`,
    })
    .from(apiKeys)
    .leftJoin(users, onOwner)
    .leftJoin(members, onOwnership)
    .where(
      and(
        eq(apiKeys.projectId, ctx.projectId),
        seesAllKeys(ctx.role) ? undefined : isOwn(ctx),
        input.q ? contains(apiKeys.name, input.q) : undefined,
        input.show === "all" ? undefined : input.show === "live" ? live : ended,
        input.cursor ? olderThan(input.cursor) : undefined,
      ),
    )
    .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id))
    .limit(input.limit + 1);
  const items = rows.slice(0, input.limit).map(({ ended, ownerRole, ownerDisabledAt, ...row }) => {
    const held = heldScopes(row.scopes, ownerOf({ ...row, ownerRole, ownerDisabledAt }));
    const status = ended ?? (held ? ("active" as const) : ("stopped" as const));
    return { ...row, status, withheld: row.scopes.filter((scope) => held && !held.includes(scope)) };
  });
  return { items, nextCursor: rows.length > input.limit ? (items.at(-1)?.id ?? null) : null };
}

/** By the database's time, to the microsecond that a JavaScript date would lose. */
function olderThan(id: string) {
  return sql`(${apiKeys.createdAt}, ${apiKeys.id}) < (select k.created_at, k.id from ${apiKeys} k where k.id = ${id})`;
}
