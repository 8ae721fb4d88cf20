import { isNull, sql } from "drizzle-orm";
import { members, projects } from "#db/schema/people.ts";
import { transact, type UnscopedCtx } from "#server/context.ts";
import { createProject } from "#server/projects/create.ts";
import type { UnscopedChanges } from "#server/signals/changes.ts";

const firstProjectName = "Default";

/** Make the project `default` where there is none yet: the shell works in it before anybody has an account. */
export async function ensureFirstProject(ctx: UnscopedCtx): Promise<void> {
  await transact(ctx, async (ctx) => {
    await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtext('largeforge.createProject'))`);
    if ((await ctx.db.$count(projects)) === 0) await createProject(ctx, { name: firstProjectName });
  });
}

/**
 * Make the owner, with whose account this is called, the admin of what was made before anybody had one → the slug of the
 * first project. In the caller's transaction.
 */
export async function adoptProjects(ctx: UnscopedCtx & UnscopedChanges, userId: string): Promise<string> {
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
