import { and, eq } from "drizzle-orm";
import { members } from "#db/schema/people.ts";
import { notifyLive } from "#server/audit/live.ts";
import { recordAudit } from "#server/audit/record.ts";
import { type Ctx, transact } from "#server/context.ts";
import type { SetMemberRole } from "#server/projects/input.ts";
import { lockMember, requireAdmin } from "#server/projects/lock-members.ts";

/** Give a member another role, in force with their next click. Throws REFUSED when no admin would be left. */
export async function setMemberRole(ctx: Ctx, input: SetMemberRole) {
  return transact(ctx, async (ctx) => {
    const from = await lockMember(ctx, input.userId);
    await ctx.db
      .update(members)
      .set({ role: input.role })
      .where(and(eq(members.projectId, ctx.projectId), eq(members.userId, input.userId)));
    await requireAdmin(ctx);
    await recordAudit(ctx, "projects.setMemberRole", input.userId, { from, to: input.role });
    await notifyLive(ctx, `project:${ctx.projectId}`, { kind: "projects", id: ctx.projectId });
  });
}
