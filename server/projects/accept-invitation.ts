import { members } from "#db/schema/people.ts";
import { transact, type UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { createUser } from "#server/people/create-user.ts";
import { takeLink } from "#server/people/take-link.ts";
import type { AcceptInvitation } from "#server/projects/input.ts";

/**
 * Use an invitation without an account: makes one with the invited e-mail and the membership → `{userId, email}`.
 * Throws CONFLICT when the e-mail has an account (sign in, then join) or the link is used up.
 */
export async function acceptInvitation(ctx: UnscopedCtx, input: AcceptInvitation) {
  return transact(ctx, async (ctx) => {
    const link = await takeLink(ctx, input.token);
    if (!link.projectId || !link.email)
      throw new DomainError("CONFLICT", "this link makes the first admin: open it as such");
    const { name, password } = input;
    const user = await createUser(ctx, { name, password, email: link.email, isOwner: false });
    await ctx.db.insert(members).values({ projectId: link.projectId, userId: user.userId, role: link.role });
    const asUser = { ...ctx, projectId: link.projectId, actor: `user:${user.userId}` as const };
    asUser.changed({ action: "projects.acceptInvitation", id: link.id, detail: { role: link.role } });
    return { userId: user.userId, email: user.email };
  });
}
