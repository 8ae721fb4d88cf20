import { eq, sql } from "drizzle-orm";
import { invitations } from "#db/schema/people.ts";
import type { UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { hashLink } from "#server/people/issue-link.ts";

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
