import { eq, sql } from "drizzle-orm";
import { invitations } from "#db/schema/people.ts";
import type { UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { hashLink } from "#server/people/issue-link.ts";

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
      revoked: sql<boolean>`${invitations.revokedAt} is not null`,
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
