import { asc, eq, like, or, sql } from "drizzle-orm";
import { newId } from "#db/ids.ts";
import { members, projects, users } from "#db/schema/people.ts";
import { transact, type UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import type { CreateProject } from "#server/projects/input.ts";
import { freeSlug, slugOf } from "#server/projects/slug.rule.ts";

/**
 * Create a project → `{id, slug, name}`, and enqueue the import of the sample base model. Who creates it is its admin;
 * this machine's own admin key, which is nobody, hands it to the owner (the first one adopts it). The slug is made from the name and never
 * changes. Throws INVALID when the name leaves no slug.
 */
export async function createProject(ctx: UnscopedCtx, input: CreateProject) {
  const wanted = slugOf(input.name);
  if (!wanted)
    throw new DomainError("INVALID", "use letters or digits, and not a word the console needs itself", {
      field: "name",
    });
  return transact(ctx, async (ctx) => {
    await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtext('largeforge.createProject'))`);
    const alike = await ctx.db
      .select({ slug: projects.slug })
      .from(projects)
      .where(or(sql`${projects.slug} = ${wanted}`, like(projects.slug, `${wanted}-%`)));
    const slug = freeSlug(wanted, new Set(alike.map((row) => row.slug)));
    const project = { id: newId("project"), slug, name: input.name };
    await ctx.db.insert(projects).values(project);
    const userId = await adminOf(ctx);
    if (userId) await ctx.db.insert(members).values({ projectId: project.id, userId, role: "admin" });
    const inside = { ...ctx, projectId: project.id };
    inside.changed({ action: "projects.create", id: project.id, detail: { slug } });
    ctx.enqueue("models.importSample", { projectId: project.id });
    return project;
  });
}

async function adminOf(ctx: UnscopedCtx) {
  if (ctx.actor.startsWith("user:")) return ctx.actor.slice("user:".length);
  const [owner] = await ctx.db
    .select({ id: users.id })
    .from(users)
    .where(eq(users.isOwner, true))
    .orderBy(asc(users.createdAt))
    .limit(1);
  return owner?.id ?? null;
}
