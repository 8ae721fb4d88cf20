import { and, eq, isNull, sql } from "drizzle-orm";
import { deployments } from "#db/schema/deployments.ts";
import { missing } from "#server/audit/missing.ts";
import type { Ctx } from "#server/context.ts";
import { pickNamed } from "#server/text/named.rule.ts";
import { isMeant } from "#server/text/named.ts";

/**
 * A deployment by id, short id or name; a retired one by its ids, and with `retired` also by its name. NOT_FOUND for
 * another project's, CONFLICT lists what it could mean.
 */
export async function findDeployment(ctx: Pick<Ctx, "db" | "projectId">, ref: string, { retired = false } = {}) {
  const liveName = sql`case when ${deployments.archivedAt} is null then ${deployments.name} end`;
  const name = retired ? deployments.name : liveName;
  const found = await ctx.db
    .select()
    .from(deployments)
    .where(
      and(eq(deployments.projectId, ctx.projectId), isNull(deployments.deletedAt), isMeant(ref, deployments.id, name)),
    );
  if (found.length === 0) throw await missing(ctx, "deployment", ref);
  return pickNamed(found, ref, "deployment");
}
