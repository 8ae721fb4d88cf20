import { and, eq, isNull, sql } from "drizzle-orm";
import { invitations, members, users } from "#db/schema/people.ts";
import { type Ctx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { issueLink } from "#server/people/issue-link.ts";
import type { InviteMember } from "#server/projects/input.ts";

export const invitationDays = 7;

/**
 * A one-time link for one e-mail → `{id, token, expiresAt}`; the page is `/invite/<token>`, shown once, valid 7 days.
 * A new invitation of the same e-mail takes the old one back. Throws CONFLICT for somebody who is a member.
 */
export async function inviteMember(ctx: Ctx, input: InviteMember) {
  return transact(ctx, async (ctx) => {
    const [member] = await ctx.db
      .select({ userId: users.id })
      .from(members)
      .innerJoin(users, eq(users.id, members.userId))
      .where(and(eq(members.projectId, ctx.projectId), eq(sql`lower(${users.email})`, input.email)));
    if (member) throw new DomainError("CONFLICT", `${input.email} is a member already`, { field: "email" });
    await ctx.db
      .update(invitations)
      .set({ revokedAt: sql`now()` })
      .where(
        and(
          eq(invitations.projectId, ctx.projectId),
          eq(invitations.email, input.email),
          isNull(invitations.acceptedAt),
          isNull(invitations.revokedAt),
        ),
      );
    const link = await issueLink(ctx, { ...input, projectId: ctx.projectId, hours: invitationDays * 24 });
    ctx.changed({ action: "projects.inviteMember", id: link.id, detail: { role: input.role } });
    return link;
  });
}
