import { and, eq, inArray, isNull } from "drizzle-orm";
import { deployments, revisions } from "#db/schema/deployments.ts";
import type { Ctx } from "#server/context.ts";

/** Live deployments that serve these versions, with each revision's share of traffic in basis points. */
export async function servedBy(ctx: Pick<Ctx, "db" | "projectId">, versionIds: readonly string[]) {
  if (versionIds.length === 0) return [];
  return ctx.db
    .select({
      id: deployments.id,
      name: deployments.name,
      versionId: revisions.modelVersionId,
      weightBps: revisions.weightBps,
    })
    .from(revisions)
    .innerJoin(deployments, eq(deployments.id, revisions.deploymentId))
    .where(
      and(
        eq(revisions.projectId, ctx.projectId),
        inArray(revisions.modelVersionId, [...versionIds]),
        isNull(revisions.retiredAt),
        isNull(deployments.archivedAt),
      ),
    )
    .orderBy(deployments.name);
}
