import { and, eq } from "drizzle-orm";
import { members } from "#db/schema/people.ts";
import { notifyLive } from "#server/audit/live.ts";
import { recordAudit } from "#server/audit/record.ts";
import { type Ctx, transact } from "#server/context.ts";
import type { RemoveMember } from "#server/projects/input.ts";
import { lockMember, requireAdmin } from "#server/projects/lock-members.ts";

/** Take somebody out of the project, oneself included. Keys they made stay. Throws REFUSED when no admin would be left. */
export async function removeMember(ctx: Ctx, input: RemoveMember) {
  return transact(ctx, async (ctx) => {
    const role = await lockMember(ctx, input.userId);
    await ctx.db.delete(members).where(and(eq(members.projectId, ctx.projectId), eq(members.userId, input.userId)));
    await requireAdmin(ctx);
    await recordAudit(ctx, "projects.removeMember", input.userId, { role });
    await notifyLive(ctx, `project:${ctx.projectId}`, { kind: "projects", id: ctx.projectId });
  });
}
