import { and, eq } from "drizzle-orm";
import { members } from "#db/schema/people.ts";
import { type Ctx, transact } from "#server/context.ts";
import type { SetMemberRole } from "#server/projects/input.ts";
import { lockMember, requireAdmin } from "#server/projects/lock-members.ts";
import { revokeInvitationsOf } from "#server/projects/revoke-invitation.ts";

/**
 * Give a member another role, in force with their next click. Their keys open no more than it from now on, and all they
 * were given again when it is raised; one who is no admin any more has no open invitations. Throws REFUSED when no admin would be left.
 */
export async function setMemberRole(ctx: Ctx, input: SetMemberRole) {
  return transact(ctx, async (ctx) => {
    const from = await lockMember(ctx, input.userId);
    await ctx.db
      .update(members)
      .set({ role: input.role })
      .where(and(eq(members.projectId, ctx.projectId), eq(members.userId, input.userId)));
    await requireAdmin(ctx);
    if (input.role !== "admin") await revokeInvitationsOf(ctx, input.userId);
    ctx.changed({ action: "projects.setMemberRole", id: input.userId, detail: { from, to: input.role } });
  });
}
