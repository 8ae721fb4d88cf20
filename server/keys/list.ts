import { and, desc, eq, gt, isNotNull, isNull, lte, or, sql } from "drizzle-orm";
import type { Role } from "#db/enums.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { users } from "#db/schema/people.ts";
import { contains } from "#server/contains.ts";
import type { Ctx } from "#server/context.ts";
import { seesAllKeys } from "#server/keys/grant.rule.ts";
import type { ListKeys } from "#server/keys/input.ts";

const live = and(isNull(apiKeys.revokedAt), or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)));
const ended = or(isNotNull(apiKeys.revokedAt), lte(apiKeys.expiresAt, sql`now()`));

/** Keys of the project, newest first → `{items, nextCursor}`; without the role admin only one's own. */
export async function listKeys(ctx: Ctx & { role: Role | null }, input: ListKeys) {
  const rows = await ctx.db
    .select({
      id: apiKeys.id,
      name: apiKeys.name,
      last4: apiKeys.last4,
      scopes: apiKeys.scopes,
      createdBy: apiKeys.createdBy,
      createdByName: users.name,
      createdAt: apiKeys.createdAt,
      expiresAt: apiKeys.expiresAt,
      lastUsedAt: apiKeys.lastUsedAt,
      status: sql<"active" | "revoked" | "expired">`case when ${apiKeys.revokedAt} is not null then 'revoked'
        when ${apiKeys.expiresAt} <= now() then 'expired' else 'active' end`,
    })
    .from(apiKeys)
    .leftJoin(users, eq(apiKeys.createdBy, sql`'user:' || ${users.id}`))
    .where(
      and(
        eq(apiKeys.projectId, ctx.projectId),
        seesAllKeys(ctx.role) ? undefined : eq(apiKeys.createdBy, ctx.actor),
        input.q ? contains(apiKeys.name, input.q) : undefined,
        input.show === "all" ? undefined : input.show === "live" ? live : ended,
        input.cursor ? olderThan(input.cursor) : undefined,
      ),
    )
    .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id))
    .limit(input.limit + 1);
  const items = rows.slice(0, input.limit);
  return { items, nextCursor: rows.length > input.limit ? (items.at(-1)?.id ?? null) : null };
}

/** By the database's time, to the microsecond that a JavaScript date would lose. */
function olderThan(id: string) {
  return sql`(${apiKeys.createdAt}, ${apiKeys.id}) < (select k.created_at, k.id from ${apiKeys} k where k.id = ${id})`;
}
