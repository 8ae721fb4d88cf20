import { and, desc, eq, isNull, sql } from "drizzle-orm";
import { invitations } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";

const mostShown = 200;

/** Invitations nobody has used or taken back; an expired one stays until it is removed or replaced. */
export async function listInvitations(ctx: Ctx) {
  return ctx.db
    .select({
      id: invitations.id,
      email: invitations.email,
      role: invitations.role,
      createdAt: invitations.createdAt,
      expiresAt: invitations.expiresAt,
      expired: sql<boolean>`${invitations.expiresAt} <= now()`,
    })
    .from(invitations)
    .where(and(eq(invitations.projectId, ctx.projectId), isNull(invitations.acceptedAt), isNull(invitations.revokedAt)))
    .orderBy(desc(invitations.createdAt))
    .limit(mostShown);
}
