import { and, eq, sql } from "drizzle-orm";
import { runs } from "#db/schema/runs.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import { isLeaseDead, type Lease, staleSeconds } from "#server/jobs/lease.ts";

/** Take the conversion of a run for this worker, once; null when another has it or it is not converting. */
export async function claimConversion(ctx: ProjectJobCtx, runId: string, lease: Lease) {
  const mine = and(eq(runs.id, runId), eq(runs.projectId, ctx.projectId), eq(runs.status, "converting"));
  const [found] = await ctx.db.select({ holder: runs.leaseHolder }).from(runs).where(mine);
  const dead = found?.holder && isLeaseDead(found.holder) ? found.holder : "nobody";
  const free = sql`(${runs.leaseHolder} is null or ${runs.leaseHolder} = ${dead}
    or ${runs.heartbeatAt} < now() - interval '1 second' * ${staleSeconds})`;
  const [claimed] = await ctx.db
    .update(runs)
    .set({ leaseHolder: lease.holder, heartbeatAt: sql`now()` })
    .where(and(mine, free))
    .returning();
  return claimed ?? null;
}
