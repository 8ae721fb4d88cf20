import { sql } from "drizzle-orm";
import { transact } from "#server/context.ts";
import type { JobCtx } from "#server/jobs/context.ts";
import { addFolded, binned, dayFromHours, fold, hourFromMinutes } from "#server/requests/rollups/fold.ts";

type RollUpCtx = Pick<JobCtx, "db" | "enqueue" | "actor">;

/** An hour takes some milliseconds; the first start on an older release's log has some thousands to make. */
const atOnce = 5_000;

/**
 * Make every hour and then every day that is over and whose minutes have changed, each in a transaction of its own, and the minutes first where
 * they are marked to be made from the calls. Safe to run twice and at once: an hour is replaced whole. A late call marks its
 * hour anew; until that is made again, pages read its minutes, and of its day the hours.
 */
export async function rollUpRequests(ctx: RollUpCtx, _: unknown, signal: AbortSignal) {
  let made = 0;
  for (const next of [makeNextHour, makeNextDay])
    while (made < atOnce && (await next(ctx))) {
      made++;
      signal.throwIfAborted();
    }
  return { made };
}

function makeNextHour(ctx: RollUpCtx): Promise<boolean> {
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
    await db.execute(sql`insert into request_stale_days (project_id, at)
      values (${projectId}, ${sql.raw(binned("1 day", `'${from}'::timestamptz`))}) on conflict do nothing`);
    return true;
  });
}

/** A day of which no hour is stale any more. */
function makeNextDay(ctx: RollUpCtx): Promise<boolean> {
  return transact(ctx, async ({ db }) => {
    await db.execute(sql`lock table request_stale_hours in share row exclusive mode`);
    const [stale] = await db.execute<{ projectId: string; day: string }>(sql`
      delete from request_stale_days where (project_id, at) = (
        select project_id, at from request_stale_days d where at <= now() - interval '1 day' and not exists (
          select from request_stale_hours h
          where h.project_id = d.project_id and h.at >= d.at and h.at < d.at + interval '24 hours')
        order by at limit 1)
      returning project_id as "projectId", at::text as day`);
    if (!stale) return false;
    const day = new Date(stale.day);
    await db.execute(sql`delete from request_days where project_id = ${stale.projectId} and at = ${day.toISOString()}`);
    await db.execute(dayFromHours(stale.projectId, day));
    return true;
  });
}
