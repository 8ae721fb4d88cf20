import { isNull, sql } from "drizzle-orm";
import { members, projects, users } from "#db/schema/people.ts";
import { transact, type UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { createUser } from "#server/people/create-user.ts";
import { createFirstAdminLink } from "#server/people/first-admin.ts";
import { NewPerson } from "#server/people/input.ts";
import { takeLink } from "#server/people/links.ts";
import { createProject } from "#server/projects/create.ts";
import type { ClaimFirstAdmin } from "#server/projects/input.ts";
import type { UnscopedChanges } from "#server/signals/changes.ts";

type FirstAdmin =
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

const firstProjectName = "Default";

/** Make the project `default` where there is none yet: the shell works in it before anybody has an account. */
async function ensureFirstProject(ctx: UnscopedCtx): Promise<void> {
  await transact(ctx, async (ctx) => {
    await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtext('largeforge.createProject'))`);
    if ((await ctx.db.$count(projects)) === 0) await createProject(ctx, { name: firstProjectName });
  });
}

/**
 * Make the owner, with whose account this is called, the admin of what was made before anybody had one → the slug of the
 * first project. In the caller's transaction.
 */
async function adoptProjects(ctx: UnscopedCtx & UnscopedChanges, userId: string): Promise<string> {
  await ensureFirstProject(ctx);
  const orphans = await ctx.db
    .select({ id: projects.id, slug: projects.slug })
    .from(projects)
    .leftJoin(members, sql`${members.projectId} = ${projects.id}`)
    .where(isNull(members.userId))
    .orderBy(projects.createdAt, projects.id);
  for (const { id } of orphans) {
    await ctx.db.insert(members).values({ projectId: id, userId, role: "admin" });
    const inside = { ...ctx, projectId: id };
    inside.changed({ action: "projects.adopt", id });
  }
  const [first] = orphans.length > 0 ? orphans : await ctx.db.select({ slug: projects.slug }).from(projects).limit(1);
  return first?.slug ?? "";
}
