import { and, eq, inArray, sql } from "drizzle-orm";
import { runs } from "#db/schema/runs.ts";
import { transact } from "#server/context.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import { isLeaseDead, type Lease, staleSeconds } from "#server/jobs/lease.ts";
import { heldStatuses } from "#server/runs/status.rule.ts";

type Run = typeof runs.$inferSelect;
export type Claim = { outcome: "claimed"; run: Run } | { outcome: "busy" } | { outcome: "refused"; why: string };

/**
 * Take a run for this worker, once: a queued one when the device is free and nobody stands before it in line,
 * or one whose worker is gone. `busy` = come back later; `refused` = somebody has it, or it needs no worker.
 */
export async function claimRun(ctx: ProjectJobCtx, runId: string, lease: Lease): Promise<Claim> {
  const deadHolder = await deadHolderOf(ctx, runId);
  return transact(ctx, async (ctx) => {
    await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtext(${`runs.device:${lease.host}`}))`);
    const abandoned = sql`(${runs.leaseHolder} is null or ${runs.leaseHolder} is not distinct from ${deadHolder}
      or ${runs.heartbeatAt} < now() - interval '1 second' * ${staleSeconds})`;
    const [run] = await ctx.db
      .update(runs)
      .set({
        status: sql`case when ${runs.status} = 'queued' then 'running' else ${runs.status} end`,
        leaseHolder: lease.holder,
        heartbeatAt: sql`now()`,
        startedAt: sql`coalesce(${runs.startedAt}, now())`,
      })
      .where(
        and(
          eq(runs.id, runId),
          eq(runs.projectId, ctx.projectId),
          sql`((${runs.status} = 'queued' and ${isNext(lease.host)})
            or (${inArray(runs.status, [...heldStatuses])} and ${abandoned}))`,
        ),
      )
      .returning();
    if (run) return { outcome: "claimed", run };
    const [found] = await ctx.db
      .select({ status: runs.status, leaseHolder: runs.leaseHolder })
      .from(runs)
      .where(and(eq(runs.id, runId), eq(runs.projectId, ctx.projectId)));
    if (found?.status === "queued") return { outcome: "busy" };
    return { outcome: "refused", why: found ? `it is ${found.status}, held by ${found.leaseHolder}` : "no such run" };
  });
}

/** One training at a time on a host, in the order of queueing, over all projects. */
function isNext(host: string) {
  return sql`not exists (select from runs other where other.id <> ${runs.id} and (
    (other.status in ${heldStatuses} and split_part(other.lease_holder, '/', 1) = ${host})
    or (other.status = 'queued' and (other.queued_at, other.id) < (${runs.queuedAt}, ${runs.id}))))`;
}

/** The recorded holder when this machine knows that process to be dead, else a value nobody has. */
async function deadHolderOf(ctx: ProjectJobCtx, runId: string): Promise<string> {
  const [row] = await ctx.db
    .select({ holder: runs.leaseHolder })
    .from(runs)
    .where(and(eq(runs.id, runId), eq(runs.projectId, ctx.projectId)));
  return row?.holder && isLeaseDead(row.holder) ? row.holder : "nobody";
}
