import { and, desc, eq, like, lt, sql } from "drizzle-orm";
import { auditLog } from "#db/schema/audit.ts";
import { users } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import { findDeployment } from "#server/deployments/find-deployment.ts";
import type { DeploymentTimeline } from "#server/deployments/input.ts";

/** What was done to a deployment and what was refused, newest first, from the audit log → `{items, nextCursor}`. Throws NOT_FOUND. */
export async function deploymentTimeline(ctx: Ctx, input: DeploymentTimeline) {
  const { id: deploymentId } = await findDeployment(ctx, input.deploymentId);
  const rows = await ctx.db
    .select({
      id: auditLog.id,
      action: auditLog.action,
      outcome: auditLog.outcome,
      detail: auditLog.detail,
      actor: auditLog.actor,
      actorName: users.name,
      at: auditLog.createdAt,
    })
    .from(auditLog)
    .leftJoin(users, eq(auditLog.actor, sql`'user:' || ${users.id}`))
    .where(
      and(
        eq(auditLog.projectId, ctx.projectId),
        eq(auditLog.targetId, deploymentId),
        like(auditLog.action, "deployments.%"),
        input.cursor ? lt(auditLog.id, input.cursor) : undefined,
      ),
    )
    .orderBy(desc(auditLog.id))
    .limit(input.limit + 1);
  const items = rows.slice(0, input.limit);
  return { items, nextCursor: rows.length > input.limit ? (items.at(-1)?.id ?? null) : null };
}
