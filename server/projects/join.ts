import { eq } from "drizzle-orm";
import { members, projects } from "#db/schema/people.ts";
import { transact, type UnscopedCtx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { me } from "#server/people/me.ts";
import { takeLink } from "#server/people/take-link.ts";
import type { OpenLink } from "#server/projects/input.ts";

/**
 * Use an invitation as the signed-in person it is meant for → `{projectSlug}`.
 * Throws FORBIDDEN when it was made for another e-mail, CONFLICT when it is used up.
 */
export async function joinProject(ctx: UnscopedCtx, input: OpenLink) {
  return transact(ctx, async (ctx) => {
    const person = await me(ctx);
    const link = await takeLink(ctx, input.token);
    if (!link.projectId) throw new DomainError("CONFLICT", "this link makes the first admin: open it as such");
    if (link.email !== person.email.toLowerCase())
      throw new DomainError(
        "FORBIDDEN",
        `this invitation is for ${link.email}, but you are signed in as ${person.email}`,
      );
    await ctx.db
      .insert(members)
      .values({ projectId: link.projectId, userId: person.userId, role: link.role })
      .onConflictDoNothing();
    const inside = { ...ctx, projectId: link.projectId };
    inside.changed({ action: "projects.join", id: link.id, detail: { role: link.role } });
    const [project] = await ctx.db
      .select({ slug: projects.slug })
      .from(projects)
      .where(eq(projects.id, link.projectId));
    return { projectSlug: project?.slug ?? "" };
  });
}
