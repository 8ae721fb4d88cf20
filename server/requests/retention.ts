import { type SQL, sql } from "drizzle-orm";
import type { Pool } from "#db/client.ts";
import { weeklyTables } from "#db/request-weeks.ts";
import type { projects } from "#db/schema/people.ts";

type Kept = Pick<typeof projects.$inferSelect, "id" | "requestDays" | "rollupDays">;

/** Whoever reads a week for longer keeps it until the next pass. */
const lockTimeout = "5s";

/**
 * The Monday (UTC) before which calls are no longer kept: a week goes as a whole, when its last day is so many days old, for one
 * project by deletion, for all by dropping it. Calls that come later than that are stored, not counted, and go with the next pass.
 */
export const keptSince = (days: SQL | number) =>
  sql`(date_trunc('week', (now() - interval '1 day' * ${days}) at time zone 'UTC') at time zone 'UTC')`;

/** Drop the weeks that are past for every project → their names. */
export async function dropOldWeeks(db: Pool): Promise<string[]> {
  const dropped: string[] = [];
  for (const table of weeklyTables) {
    const weeks = await db.execute<{ name: string }>(sql`
      select relname as name from pg_inherits join pg_class on pg_class.oid = inhrelid
      where inhparent = to_regclass(${table}) and relname ~ '_[0-9]{8}$'
        and to_date(right(relname, 8), 'YYYYMMDD') + 7 <= (select ${keptSince(sql`max(request_days)`)} at time zone 'UTC' from projects)
      order by relname`);
    for (const { name } of weeks) {
      await db.transaction(async (tx) => {
        await tx.execute(sql.raw(`set local lock_timeout = '${lockTimeout}'`));
        await tx.execute(sql.raw(`drop table if exists "${name}"`));
      });
      dropped.push(name);
    }
  }
  return dropped;
}

/** Delete at most `limit` of a project's calls that it no longer keeps, with their attempts → how many calls. */
export async function pruneCalls(db: Pool, { id, requestDays }: Kept, limit: number): Promise<number> {
  const [done] = await db.execute<{ gone: number }>(sql`
    with old as materialized (
      select received_at, id from requests where project_id = ${id} and received_at < ${keptSince(requestDays)} limit ${limit}
    ), gone as (
      delete from requests r using old where r.received_at = old.received_at and r.id = old.id
    ), tried as (
      delete from request_attempts a using old where a.received_at = old.received_at and a.request_id = old.id
    )
    select count(*)::int as gone from old`);
  return done?.gone ?? 0;
}

/** Delete at most `limit` of a project's totals that it no longer keeps, but no minute whose hour is still to be made from it. */
export async function pruneRollups(
  db: Pool,
  table: "request_minutes" | "request_hours" | "request_days",
  { id, requestDays, rollupDays }: Kept,
  limit: number,
): Promise<number> {
  const until =
    table === "request_minutes"
      ? sql`at < ${keptSince(requestDays)} and not exists (select from request_stale_hours h
          where h.project_id = r.project_id and h.at = date_bin('1 hour', r.at, 'epoch'::timestamptz))`
      : sql`at < now() - interval '1 day' * ${rollupDays}`;
  const rows = sql.raw(table);
  const gone = await db.execute(sql`delete from ${rows} where (project_id, at, series_id) in (
    select project_id, at, series_id from ${rows} r where project_id = ${id} and ${until} limit ${limit})`);
  return gone.count;
}

/** Series that no total is of any more, with the flushes held up: one that is just being used again must not go. */
export async function pruneSeries(db: Pool): Promise<number> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`lock table request_series in share row exclusive mode`);
    const gone = await tx.execute(sql`delete from request_series s
      where not exists (select from request_hours h where h.project_id = s.project_id and h.series_id = s.id)
        and not exists (select from request_minutes m where m.project_id = s.project_id and m.series_id = s.id)`);
    return gone.count;
  });
}
