import { and, eq, gt, isNull, or, sql } from "drizzle-orm";
import { apiKeys } from "#db/schema/keys.ts";
import { members, projects, users } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import { isWellFormedKey } from "#server/keys/format.rule.ts";
import { heldScopes } from "#server/keys/grant.rule.ts";
import { hmacOfKey } from "#server/keys/hmac.ts";
import { onOwner, onOwnership, ownerColumns, ownerOf } from "#server/keys/owner.ts";
import { touchKeys } from "#server/keys/touch.ts";

/**
 * The key behind a bearer token → `{keyId, projectId, scopes}`, or null when it is malformed (no look-up is made),
 * unknown, revoked, expired, its project was put away, or its owner has left or is disabled. `scopes` are within the
 * owner's present role. Only its HMAC ever reaches the database.
 */
export async function verifyKey(ctx: Pick<Ctx, "db">, token: string) {
  if (!isWellFormedKey(token)) return null;
  const [found] = await ctx.db
    .select({
      keyId: apiKeys.id,
      projectId: apiKeys.projectId,
      scopes: apiKeys.scopes,
      ...ownerColumns,
      stale: sql<boolean>`${apiKeys.lastUsedAt} is null or ${apiKeys.lastUsedAt} < now() - interval '1 minute'`,
    })
    .from(apiKeys)
    .innerJoin(projects, and(eq(projects.id, apiKeys.projectId), isNull(projects.archivedAt)))
    .leftJoin(users, onOwner)
    .leftJoin(members, onOwnership)
    .where(
      and(
        eq(apiKeys.hmac, hmacOfKey(token)),
        isNull(apiKeys.revokedAt),
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)),
      ),
    );
  const scopes = found ? heldScopes(found.scopes, ownerOf(found)) : null;
  if (!found || !scopes) return null;
  if (found.stale) await touchKeys(ctx, [found.keyId]);
  return { keyId: found.keyId, projectId: found.projectId, scopes };
}
