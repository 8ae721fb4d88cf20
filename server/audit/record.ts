import { newId } from "#db/ids.ts";
import { auditLog } from "#db/schema/audit.ts";
import type { Ctx } from "#server/context.ts";

/** Write the audit row of a change, with the change's own transaction. `detail` holds ids and numbers, never content. */
export async function recordAudit(
  ctx: Pick<Ctx, "db" | "actor"> & { projectId: string | null },
  action: string,
  targetId: string | null,
  detail: Record<string, unknown> = {},
  outcome: "done" | "refused" = "done",
): Promise<void> {
  await ctx.db
    .insert(auditLog)
    .values({ id: newId("audit"), projectId: ctx.projectId, actor: ctx.actor, action, targetId, detail, outcome });
}
