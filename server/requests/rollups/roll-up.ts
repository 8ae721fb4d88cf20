import { sql } from "drizzle-orm";
import { transact } from "#server/context.ts";
import type { JobCtx } from "#server/jobs/context.ts";
import { addFolded, fold, hourFromMinutes } from "#server/requests/rollups/fold.ts";

type RollUpCtx = Pick<JobCtx, "db" | "enqueue" | "actor">;

/** An hour takes some milliseconds; the first start on an older release's log has some thousands to make. */
const hoursAtOnce = 5_000;

/**
 * Make every hour that is over and whose minutes have changed, each in a transaction of its own, and the minutes first where
 * they are marked to be made from the calls. Safe to run twice and at once: an hour is replaced whole. A late call marks its
 * hour anew; until that is made again, pages read its minutes.
 */
export async function rollUpRequests(ctx: RollUpCtx, _: unknown, signal: AbortSignal) {
  let made = 0;
  while (made < hoursAtOnce && (await rollUpNext(ctx))) {
    made++;
    signal.throwIfAborted();
  }
  return { made };
}

function rollUpNext(ctx: RollUpCtx): Promise<boolean> {
  return transact(ctx, async ({ db }) => {
    // Waits for flushes under way and holds up the next: a minute that comes after this look would not mark its hour again.
    await db.execute(sql`lock table request_stale_hours in share row exclusive mode`);
    const [stale] = await db.execute<{ projectId: string; hour: string; fromCalls: boolean }>(sql`
      delete from request_stale_hours where (project_id, at) = (
        select project_id, at from request_stale_hours where at <= now() - interval '1 hour' or from_calls
        order by from_calls desc, at limit 1)
      returning project_id as "projectId", at::text as hour, from_calls as "fromCalls"`);
    if (!stale) return false;
    const hour = new Date(stale.hour);
    const { projectId } = stale;
    const own = sql`project_id = ${projectId}`;
    const [from, to] = [hour.toISOString(), new Date(hour.getTime() + 3_600_000).toISOString()];
    if (stale.fromCalls) {
      await db.execute(sql`delete from request_minutes where ${own} and at >= ${from} and at < ${to}`);
      const calls = sql`select * from requests where ${own} and received_at >= ${from} and received_at < ${to}`;
      await db.execute(sql`with ${fold(calls)}, ${addFolded} select`); // marks the hour again, for what follows or the next pass
    }
    await db.execute(sql`delete from request_hours where ${own} and at = ${from}`);
    await db.execute(hourFromMinutes(projectId, hour));
    return true;
  });
}
