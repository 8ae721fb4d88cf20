import { and, eq, isNull, sql } from "drizzle-orm";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { type Ctx, transact } from "#server/context.ts";
import { lockDeployment } from "#server/deployments/add-revision.ts";
import type { ArchiveDeployment } from "#server/deployments/input.ts";
import { meaningOfName } from "#server/deployments/meaning-of-name.ts";

/**
 * Retire a whole deployment within a second: its replicas drain, its history stays → `{id, name, answeredBy}`, the last
 * being the version of a model of the same name that answers from now on (null: callers get "model not found").
 */
export async function archiveDeployment(ctx: Ctx, input: ArchiveDeployment) {
  return transact(ctx, async (ctx) => {
    const { name } = await lockDeployment(ctx, input.deploymentId);
    const now = sql`now()`;
    await ctx.db.update(deployments).set({ archivedAt: now }).where(eq(deployments.id, input.deploymentId));
    await ctx.db
      .update(revisions)
      .set({ retiredAt: now })
      .where(and(eq(revisions.deploymentId, input.deploymentId), isNull(revisions.retiredAt)));
    const answeredBy = (await meaningOfName(ctx, { name }))?.version.name ?? null;
    ctx.changed({ action: "deployments.archive", id: input.deploymentId, detail: { name, answeredBy } });
    ctx.enqueue("deployments.reconcile", {});
    return { id: input.deploymentId, name, answeredBy };
  });
}
