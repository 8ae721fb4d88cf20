import { randomInt } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Role } from "#db/enums.ts";
import { newId } from "#db/ids.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { formKey } from "#server/keys/format.rule.ts";
import { grantableScopes } from "#server/keys/grant.rule.ts";
import { hmacOfKey } from "#server/keys/hmac.ts";
import type { CreateKey } from "#server/keys/input.ts";
import { keyOwnerOf } from "#server/keys/owner.ts";

/**
 * Create an API key → its row and `key`, the only time it can be read: the database holds an HMAC and the last four
 * characters. Gateways know it within a second. Throws FORBIDDEN (field `scopes`) for a scope beyond the caller's role.
 */
export async function createKey(ctx: Ctx & { role: Role | null }, input: CreateKey) {
  const allowed = grantableScopes(ctx.role);
  const beyond = input.scopes.filter((scope) => !allowed.includes(scope));
  if (beyond.length > 0)
    throw new DomainError("FORBIDDEN", `your role may not grant ${beyond.join(", ")}`, { field: "scopes" });
  const key = formKey((below) => randomInt(below));
  return transact(ctx, async (ctx) => {
    const days = input.expiresInDays;
    const [row] = await ctx.db
      .insert(apiKeys)
      .values({
        id: newId("key"),
        projectId: ctx.projectId,
        name: input.name,
        scopes: input.scopes,
        hmac: hmacOfKey(key),
        last4: key.slice(-4),
        createdBy: ctx.actor,
        ownerId: await keyOwnerOf(ctx),
        expiresAt: days === null ? null : sql`now() + make_interval(days => ${days}::int)`,
      })
      .returning({
        id: apiKeys.id,
        name: apiKeys.name,
        scopes: apiKeys.scopes,
        last4: apiKeys.last4,
        createdAt: apiKeys.createdAt,
        expiresAt: apiKeys.expiresAt,
      });
    if (!row) throw new DomainError("UNAVAILABLE", "the key was not stored");
    ctx.changed({
      action: "keys.create",
      id: row.id,
      detail: { name: row.name, scopes: row.scopes, expiresAt: row.expiresAt },
    });
    return { ...row, key };
  });
}
