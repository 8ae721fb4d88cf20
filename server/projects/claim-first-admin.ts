import { transact, type UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { createUser } from "#server/people/create-user.ts";
import { takeLink } from "#server/people/take-link.ts";
import { adoptProjects } from "#server/projects/first-project.ts";
import type { ClaimFirstAdmin } from "#server/projects/input.ts";

/** Use the first-admin link: the owner's account, admin of every project there is → `{userId, projectSlug}`. Throws as takeLink and createUser. */
export async function claimFirstAdmin(ctx: UnscopedCtx, input: ClaimFirstAdmin) {
  return transact(ctx, async (ctx) => {
    const link = await takeLink(ctx, input.token);
    if (link.projectId) throw new DomainError("CONFLICT", "this link invites to a project: open it as an invitation");
    const user = await createUser(ctx, { ...input, isOwner: true });
    const asUser = { ...ctx, actor: `user:${user.userId}` as const };
    return { userId: user.userId, projectSlug: await adoptProjects(asUser, user.userId) };
  });
}
