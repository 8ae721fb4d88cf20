import { and, eq, isNull, sql } from "drizzle-orm";
import { newId } from "#db/ids.ts";
import { deployments, revisions } from "#db/schema/deployments.ts";
import { type Ctx, transact } from "#server/context.ts";
import { servableVersion } from "#server/deployments/create.ts";
import type { AddRevision } from "#server/deployments/input.ts";
import { DomainError } from "#server/errors.ts";

const mostLive = 8;

/**
 * Put another model version beside the present ones, with no traffic: its replica is loaded and proved first, then
 * `deployments.setWeights` can give it some. Throws CONFLICT when the version already is a live revision.
 */
export async function addRevision(ctx: Ctx, input: AddRevision) {
  return transact(ctx, async (ctx) => {
    await lockDeployment(ctx, input.deploymentId);
    const version = await servableVersion(ctx, input.model, "model");
    const ofThis = eq(revisions.deploymentId, input.deploymentId);
    const live = await ctx.db
      .select()
      .from(revisions)
      .where(and(ofThis, isNull(revisions.retiredAt)));
    if (live.some((revision) => revision.modelVersionId === version.id))
      throw new DomainError("CONFLICT", `${version.name} already is a revision of this deployment`, { field: "model" });
    if (live.length >= mostLive)
      throw new DomainError("REFUSED", `a deployment has at most ${mostLive} live revisions: retire one first`);
    const [last] = await ctx.db
      .select({ number: sql<number>`coalesce(max(${revisions.number}), 0)::int` })
      .from(revisions)
      .where(ofThis);
    const row = {
      id: newId("revision"),
      projectId: ctx.projectId,
      deploymentId: input.deploymentId,
      number: (last?.number ?? 0) + 1,
      modelVersionId: version.id,
      weightBps: 0,
    };
    await ctx.db.insert(revisions).values(row);
    const detail = { revisionId: row.id, number: row.number, model: version.name };
    ctx.changed({ action: "deployments.addRevision", id: input.deploymentId, detail });
    ctx.enqueue("deployments.reconcile", {});
    return row;
  });
}

/** Hold the deployment's row: its revisions change one transaction at a time. NOT_FOUND for a stranger's or an archived one. */
export async function lockDeployment(ctx: Ctx, deploymentId: string) {
  const [row] = await ctx.db
    .select()
    .from(deployments)
    .where(
      and(eq(deployments.id, deploymentId), eq(deployments.projectId, ctx.projectId), isNull(deployments.archivedAt)),
    )
    .for("update");
  if (!row) throw new DomainError("NOT_FOUND", `there is no deployment ${deploymentId} in this project`);
  return row;
}
