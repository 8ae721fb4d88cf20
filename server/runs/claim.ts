import { hostname } from "node:os";
import { and, eq, sql } from "drizzle-orm";
import { heldRunStatuses } from "#db/enums.ts";
import { runs } from "#db/schema/runs.ts";
import { transact } from "#server/context.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import { type Claim, claim } from "#server/jobs/lease.ts";
import { trainings } from "#server/jobs/leased.ts";

type RunClaim =
  | { outcome: "claimed"; run: Claim<typeof runs> }
  | { outcome: "busy" }
  | { outcome: "refused"; why: string };

/**
 * Take a run for this worker, once: a queued one when the device is free and nobody stands before it in line,
 * or one whose worker is gone. `busy` = come back later; `refused` = somebody has it, or it needs no worker.
 */
export async function claimRun(ctx: ProjectJobCtx, runId: string): Promise<RunClaim> {
  const host = hostname();
  return transact(ctx, async (ctx) => {
    await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtext(${`runs.device:${host}`}))`);
    const run = await claim(ctx, trainings, runId, {
      set: {
        status: sql`case when ${runs.status} = 'queued' then 'running' else ${runs.status} end`,
        startedAt: sql`coalesce(${runs.startedAt}, now())`,
      },
      when: sql`(${runs.status} <> 'queued' or ${isNext(host)})`,
    });
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
    (other.status in ${heldRunStatuses} and split_part(other.lease_holder, '/', 1) = ${host})
    or (other.status = 'queued' and (other.queued_at, other.id) < (${runs.queuedAt}, ${runs.id}))))`;
}
