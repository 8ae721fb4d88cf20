import { and, eq, isNull, sql } from "drizzle-orm";
import { invitations } from "#db/schema/people.ts";
import { type Ctx, type TxCtx, transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import type { RevokeInvitation } from "#server/projects/input.ts";

/** Take back what somebody who may no longer invite has sent and nobody has used → how many. In the caller's transaction. */
export async function revokeInvitationsOf(ctx: TxCtx, userId: string): Promise<number> {
  const revoked = await ctx.db
    .update(invitations)
    .set({ revokedAt: sql`now()` })
    .where(
      and(
        eq(invitations.projectId, ctx.projectId),
        eq(invitations.createdBy, `user:${userId}`),
        isNull(invitations.acceptedAt),
        isNull(invitations.revokedAt),
      ),
    )
    .returning({ id: invitations.id });
  for (const { id } of revoked) ctx.changed({ action: "projects.revokeInvitation", id, detail: { from: userId } });
  return revoked.length;
}

/** Take an invitation back: its link stops working at once. Throws NOT_FOUND when it is not open in this project. */
export async function revokeInvitation(ctx: Ctx, input: RevokeInvitation) {
  return transact(ctx, async (ctx) => {
    const revoked = await ctx.db
      .update(invitations)
      .set({ revokedAt: sql`now()` })
      .where(
        and(
          eq(invitations.id, input.invitationId),
          eq(invitations.projectId, ctx.projectId),
          isNull(invitations.acceptedAt),
          isNull(invitations.revokedAt),
        ),
      )
      .returning({ id: invitations.id });
    if (revoked.length === 0) throw new DomainError("NOT_FOUND", "this invitation is not open in the project");
    ctx.changed({ action: "projects.revokeInvitation", id: input.invitationId });
  });
}
