import { eq, sql } from "drizzle-orm";
import { projects, users } from "#db/schema/people.ts";
import type { UnscopedCtx } from "#server/context.ts";
import { findLink } from "#server/people/find-link.ts";
import type { OpenLink } from "#server/projects/input.ts";

/**
 * What a one-time link offers, without using it → `{kind: "first-admin"}` or `{kind: "member", projectName, email,
 * role, hasAccount}`. Throws NOT_FOUND or CONFLICT (used, taken back, expired).
 */
export async function openLink(ctx: Pick<UnscopedCtx, "db">, input: OpenLink) {
  const link = await findLink(ctx, input.token);
  if (!link.projectId || !link.email) return { kind: "first-admin" as const };
  const [project] = await ctx.db
    .select({ name: projects.name, slug: projects.slug })
    .from(projects)
    .where(eq(projects.id, link.projectId));
  const accounts = await ctx.db.$count(users, eq(sql`lower(${users.email})`, link.email));
  return {
    kind: "member" as const,
    projectName: project?.name ?? "a project",
    projectSlug: project?.slug ?? "",
    email: link.email,
    role: link.role,
    hasAccount: accounts > 0,
  };
}
