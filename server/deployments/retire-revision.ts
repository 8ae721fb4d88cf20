import { and, eq, isNull, sql } from "drizzle-orm";
import { revisions } from "#db/schema/deployments.ts";
import { type Ctx, transact } from "#server/context.ts";
import { lockDeployment } from "#server/deployments/add-revision.ts";
import type { RetireRevision } from "#server/deployments/input.ts";
import { percent } from "#server/deployments/weights.rule.ts";
import { DomainError } from "#server/errors.ts";

/**
 * Take a revision out of its deployment; its replica drains when nothing else needs it. Throws REFUSED while it still
 * has traffic, CONFLICT when it was retired before.
 */
export async function retireRevision(ctx: Ctx, input: RetireRevision) {
  return transact(ctx, async (ctx) => {
    const own = and(eq(revisions.id, input.revisionId), eq(revisions.projectId, ctx.projectId));
    const [found] = await ctx.db.select({ deploymentId: revisions.deploymentId }).from(revisions).where(own);
    if (found) await lockDeployment(ctx, found.deploymentId); // weights that move at this moment are seen or wait
    const [retired] = await ctx.db
      .update(revisions)
      .set({ retiredAt: sql`now()` })
      .where(and(own, isNull(revisions.retiredAt), eq(revisions.weightBps, 0)))
      .returning();
    if (!retired) throw await whyNot(ctx, input.revisionId, own);
    const { id, number, deploymentId } = retired;
    ctx.changed({ action: "deployments.retireRevision", id: deploymentId, detail: { revisionId: id, number } });
    ctx.enqueue("deployments.reconcile", {});
    return retired;
  });
}

async function whyNot(ctx: Ctx, id: string, own: ReturnType<typeof and>) {
  const [row] = await ctx.db.select().from(revisions).where(own);
  if (!row) return new DomainError("NOT_FOUND", `there is no revision ${id} in this project`);
  if (row.retiredAt) return new DomainError("CONFLICT", `v${row.number} was retired before`);
  return new DomainError(
    "REFUSED",
    `v${row.number} still gets ${percent(row.weightBps)} of the traffic: move it first`,
  );
}
