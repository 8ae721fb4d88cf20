import { and, count, eq, gt, isNotNull, isNull, lte, or, sql } from "drizzle-orm";
import type { Role } from "#db/enums.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { members, users } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import { heldScopes, seesAllKeys } from "#server/keys/grant.rule.ts";
import { ListKeys } from "#server/keys/input.ts";
import { isOwn, onOwner, onOwnership, ownerColumns, ownerOf } from "#server/keys/owner.ts";
import { keyset, pageOf } from "#server/page.ts";
import { contains } from "#server/text/name-search.ts";

const live = and(isNull(apiKeys.revokedAt), or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)));
const ended = or(isNotNull(apiKeys.revokedAt), lte(apiKeys.expiresAt, sql`now()`));

const sortKeys = {
  name: { value: apiKeys.name, as: "name" },
  createdAt: { value: apiKeys.createdAt, as: "timestamptz", always: true },
  lastUsedAt: { value: apiKeys.lastUsedAt, as: "timestamptz" },
  expiresAt: { value: apiKeys.expiresAt, as: "timestamptz" },
} as const;

/**
 * Keys of the project in any order → `{items, nextCursor, total}`; without the role admin only one's own. `stopped`: its owner is
 * disabled or no member; `withheld`: scopes it was given that the owner's present role does not hold.
 */
export async function listKeys(ctx: Ctx & { role: Role | null }, request: ListKeys) {
  const input = ListKeys.parse(request);
  const matches = and(
    eq(apiKeys.projectId, ctx.projectId),
    seesAllKeys(ctx.role) ? undefined : isOwn(ctx),
    input.q ? contains(apiKeys.name, input.q) : undefined,
    input.show === "all" ? undefined : input.show === "live" ? live : ended,
  );
  const { place, after, orderBy } = keyset(sortKeys, apiKeys.id, input.sort, input.cursor);
  const [rows, [counted]] = await Promise.all([
    ctx.db
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
        place,
      })
      .from(apiKeys)
      .leftJoin(users, onOwner)
      .leftJoin(members, onOwnership)
      .where(and(matches, after))
      .orderBy(...orderBy)
      .limit(input.limit + 1),
    ctx.db
      .select({ total: count() })
      .from(apiKeys)
      .leftJoin(users, onOwner)
      .leftJoin(members, onOwnership)
      .where(matches),
  ]);
  const { page, nextCursor } = pageOf(rows, input.limit, input.sort, (row) => row.id);
  const items = page.map(({ ended, ownerRole, ownerDisabledAt, ...row }) => {
    const held = heldScopes(row.scopes, ownerOf({ ...row, ownerRole, ownerDisabledAt }));
    const status = ended ?? (held ? ("active" as const) : ("stopped" as const));
    return { ...row, status, withheld: row.scopes.filter((scope) => held && !held.includes(scope)) };
  });
  return { items, nextCursor, total: counted?.total ?? 0 };
}
