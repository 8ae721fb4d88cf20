import { and, eq, isNull, sql } from "drizzle-orm";
import { deployments } from "#db/schema/deployments.ts";
import { missing } from "#server/audit/missing.ts";
import type { Ctx } from "#server/context.ts";
import { deleteThing } from "#server/deletion.ts";
import { deploymentDeletion } from "#server/deployments/deletion.ts";
import { findDeployment } from "#server/deployments/find-deployment.ts";
import type { DeploymentRef } from "#server/deployments/input.ts";

/**
 * Delete a retired deployment: it leaves every list and page. Its row and its revisions' stay, because logged calls
 * name them. Throws NOT_FOUND, REFUSED while it serves.
 */
export async function deleteDeployment(ctx: Ctx, input: DeploymentRef) {
  const { id } = await findDeployment(ctx, input.deployment, { retired: true });
  const mine = and(eq(deployments.id, id), eq(deployments.projectId, ctx.projectId), isNull(deployments.deletedAt));
  return deleteThing(
    ctx,
    "deployments.delete",
    async (ctx) => {
      const [row] = await ctx.db.select().from(deployments).where(mine).for("update");
      if (!row) throw await missing(ctx, "deployment", id);
      return deploymentDeletion(ctx, row);
    },
    async (ctx, { name }) => {
      await ctx.db.update(deployments).set({ deletedAt: sql`now()` }).where(mine);
      ctx.changed({ action: "deployments.delete", id, detail: { name } });
    },
  );
}

/** What deleting a deployment would do, by name and count: see `Deletion`. NOT_FOUND outside the project. */
export async function deploymentDeleteAffects(ctx: Ctx, input: DeploymentRef) {
  return deploymentDeletion(ctx, await findDeployment(ctx, input.deployment, { retired: true }));
}
