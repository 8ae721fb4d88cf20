import { eq } from "drizzle-orm";
import { members, projects } from "#db/schema/people.ts";
import { notifyLive } from "#server/audit/live.ts";
import { recordAudit } from "#server/audit/record.ts";
import { bumpSnapshot } from "#server/audit/snapshot.ts";
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
    await recordAudit({ ...ctx, projectId: link.projectId }, "projects.join", link.id, { role: link.role });
    await notifyLive(ctx, `project:${link.projectId}`, { kind: "projects", id: link.projectId });
    await bumpSnapshot(ctx);
    const [project] = await ctx.db
      .select({ slug: projects.slug })
      .from(projects)
      .where(eq(projects.id, link.projectId));
    return { projectSlug: project?.slug ?? "" };
  });
}
