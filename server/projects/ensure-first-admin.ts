import { users } from "#db/schema/people.ts";
import { transact, type UnscopedCtx } from "#server/context.ts";
import { createFirstAdminLink } from "#server/people/create-first-admin-link.ts";
import { createUser } from "#server/people/create-user.ts";
import { NewPerson } from "#server/people/input.ts";
import { adoptProjects, ensureFirstProject } from "#server/projects/first-project.ts";

export type FirstAdmin =
  | { state: "exists" }
  | { state: "created"; email: string }
  | { state: "link"; path: string; expiresAt: Date };

/**
 * Make sure somebody can sign in; safe to call at every start. With `account` (FORGE_ADMIN_EMAIL and
 * FORGE_ADMIN_PASSWORD) the owner is made, else a new one-time link; the project `default` exists after either: `path` is shown once
 * and stands below the console's address. An existing account is never changed.
 */
export async function ensureFirstAdmin(
  ctx: UnscopedCtx,
  account: { email: string; password: string } | null,
): Promise<FirstAdmin> {
  if ((await ctx.db.$count(users)) > 0) return { state: "exists" };
  if (!account) {
    await ensureFirstProject(ctx);
    const link = await createFirstAdminLink(ctx);
    return { state: "link", path: `/welcome/${link.token}`, expiresAt: link.expiresAt };
  }
  const name = account.email.split("@")[0] || account.email;
  const person = NewPerson.parse({ ...account, name });
  await transact(ctx, async (ctx) => {
    const user = await createUser(ctx, { ...person, isOwner: true });
    const asUser = { ...ctx, actor: `user:${user.userId}` as const };
    await adoptProjects(asUser, user.userId);
  });
  return { state: "created", email: person.email };
}
