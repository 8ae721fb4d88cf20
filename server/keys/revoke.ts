import { and, eq, isNull, sql } from "drizzle-orm";
import type { Role } from "#db/enums.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { seesAllKeys } from "#server/keys/grant.rule.ts";
import type { RevokeKey } from "#server/keys/input.ts";
import { isOwn } from "#server/keys/owner.ts";

/**
 * End a key for good: the console refuses it at once, gateways within a second. Throws NOT_FOUND for a key of another
 * project (or, without the role admin, of somebody else) and CONFLICT for one that was ended before.
 */
export async function revokeKey(ctx: Ctx & { role: Role | null }, input: RevokeKey) {
  return transact(ctx, async (ctx) => {
    const mine = and(
      eq(apiKeys.id, input.keyId),
      eq(apiKeys.projectId, ctx.projectId),
      seesAllKeys(ctx.role) ? undefined : isOwn(ctx),
    );
    const [revoked] = await ctx.db
      .update(apiKeys)
      .set({ revokedAt: sql`now()` })
      .where(and(mine, isNull(apiKeys.revokedAt)))
      .returning({ id: apiKeys.id, name: apiKeys.name });
    if (!revoked) {
      const known = await ctx.db.$count(apiKeys, mine);
      if (known > 0) throw new DomainError("CONFLICT", "this key was revoked before");
      throw new DomainError("NOT_FOUND", `there is no key ${input.keyId} in this project`);
    }
    ctx.changed({ action: "keys.revoke", id: revoked.id, detail: { name: revoked.name } });
    return revoked;
  });
}
