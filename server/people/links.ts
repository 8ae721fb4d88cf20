import { randomBytes } from "node:crypto";
import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { Role } from "#db/enums.ts";
import { newId } from "#db/ids.ts";
import { invitations } from "#db/schema/people.ts";
import type { UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { hmacHex, secretFor } from "#server/secrets.ts";

const tokenBytes = 32;

/** A one-time link: 256 random bits that are shown once; the database only holds their HMAC. */
export async function issueLink(
  ctx: UnscopedCtx,
  link: { projectId: string | null; email: string | null; role: Role; hours: number },
) {
  const token = newLinkToken();
  const [row] = await ctx.db
    .insert(invitations)
    .values({
      id: newId("invitation"),
      projectId: link.projectId,
      email: link.email,
      role: link.role,
      tokenHash: hashLink(token),
      createdBy: ctx.actor,
      expiresAt: sql`now() + make_interval(hours => ${link.hours}::int)`,
    })
    .returning({ id: invitations.id, expiresAt: invitations.expiresAt });
  if (!row) throw new DomainError("UNAVAILABLE", "the link was not stored");
  return { ...row, token };
}

export function newLinkToken() {
  return randomBytes(tokenBytes).toString("base64url");
}

export function hashLink(token: string) {
  return hmacHex(secretFor("links"), `link:${token}`);
}

/**
 * Does whoever invites still stand for it? A person, or the owner of the key it was made with, must be an enabled admin of
 * the project; a key must not be revoked.
 */
const stillStands = sql<boolean>`(
  ${invitations.projectId} is null
  or ${invitations.createdBy} not like 'user:%' and ${invitations.createdBy} not like 'key:%'
  or exists (select 1 from api_keys k where ${invitations.createdBy} = 'key:' || k.id
    and k.revoked_at is null and k.owner_id is null)
  or exists (select 1 from members m join users u on u.id = m.user_id and u.disabled_at is null
    where m.project_id = ${invitations.projectId} and m.role = 'admin' and (
      ${invitations.createdBy} = 'user:' || m.user_id
      or exists (select 1 from api_keys k where ${invitations.createdBy} = 'key:' || k.id
        and k.revoked_at is null and k.owner_id = m.user_id))))`;

/**
 * The open invitation behind a token. Throws NOT_FOUND for a token nobody issued, and CONFLICT with the reason for
 * one that was used, replaced or has expired.
 */
export async function findLink(ctx: Pick<UnscopedCtx, "db">, token: string) {
  const [link] = await ctx.db
    .select({
      id: invitations.id,
      projectId: invitations.projectId,
      email: invitations.email,
      role: invitations.role,
      used: sql<boolean>`${invitations.acceptedAt} is not null`,
      revoked: sql<boolean>`${invitations.revokedAt} is not null or not ${stillStands}`,
      expired: sql<boolean>`${invitations.expiresAt} <= now()`,
    })
    .from(invitations)
    .where(eq(invitations.tokenHash, hashLink(token)));
  if (!link) throw new DomainError("NOT_FOUND", "this link is not known here: copy it whole, or ask for a new one");
  if (link.used) throw new DomainError("CONFLICT", "this link was already used: sign in", { reason: "used" });
  if (link.revoked)
    throw new DomainError("CONFLICT", "this link was replaced or taken back: ask for a new one", { reason: "revoked" });
  if (link.expired)
    throw new DomainError("CONFLICT", "this link has expired: ask for a new one", { reason: "expired" });
  return { id: link.id, projectId: link.projectId, email: link.email, role: link.role };
}

/** Use a link up, by compare-and-set in the caller's transaction: of two who hold it, one gets in. Throws as findLink. */
export async function takeLink(ctx: UnscopedCtx, token: string) {
  const link = await findLink(ctx, token);
  const taken = await ctx.db
    .update(invitations)
    .set({ acceptedAt: sql`now()` })
    .where(
      and(
        eq(invitations.id, link.id),
        isNull(invitations.acceptedAt),
        isNull(invitations.revokedAt),
        gt(invitations.expiresAt, sql`now()`),
      ),
    )
    .returning({ id: invitations.id });
  if (taken.length === 0) throw new DomainError("CONFLICT", "this link was used a moment ago: sign in");
  return link;
}
