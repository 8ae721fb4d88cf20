import { sql } from "drizzle-orm";
import type { Pool, Tx } from "./client.ts";

/**
 * Tables of the request log, partitioned by week of `received_at` (Monday 00:00 UTC). By week, not by day: at three to ten
 * million calls a month a week has one or two million rows, and a year of log is 52 partitions to plan over.
 * `<table>_default` takes what no week takes, so a late or skewed row is never lost.
 */
export const weeklyTables = ["requests", "request_attempts"] as const;
type WeeklyTable = (typeof weeklyTables)[number];

const weeksAhead = 2;
/** Older rows stay in the default partition: a clock that is wrong by years must not make hundreds of weeks. */
const weeksBack = 104;
/** Whoever reads for longer must not hold up the log behind us; the next pass tries again. */
const lockTimeout = "5s";

/**
 * Make the weeks from this one to two ahead, and those of rows that lie in the default partition, which move over.
 * Returns the partitions made. Safe to call at once from many processes; at every boot and once an hour it finds nothing to do.
 */
export async function makeRequestWeeks(db: Pool): Promise<string[]> {
  const made: string[] = [];
  for (const table of weeklyTables)
    for (const week of await missingWeeks(db, table)) {
      const name = partitionName(table, week);
      if (await db.transaction((tx) => makeWeek(tx, table, week))) made.push(name);
    }
  return made;
}

/** `2026-11-23` → `requests_20261123`. */
export function partitionName(table: WeeklyTable, week: string): string {
  return `${table}_${week.replaceAll("-", "")}`;
}

async function missingWeeks(db: Pool, table: WeeklyTable): Promise<string[]> {
  const rest = sql.raw(`${table}_default`);
  const rows = await db.execute<{ week: string }>(sql`
    with wanted as (
      select generate_series(date_trunc('week', now() at time zone 'UTC'),
        now() at time zone 'UTC' + interval '1 week' * ${weeksAhead}, interval '1 week') as week
      union
      select date_trunc('week', received_at at time zone 'UTC') from ${rest}
      where received_at > now() - interval '1 week' * ${weeksBack} and received_at < now() + interval '1 week' * ${weeksAhead}
    )
    select to_char(week, 'YYYY-MM-DD') as week from wanted
    where to_regclass(${table} || to_char(week, '_YYYYMMDD')) is null order by week`);
  return [...rows].map(({ week }) => week);
}

async function makeWeek(tx: Tx, table: WeeklyTable, week: string): Promise<boolean> {
  const name = partitionName(table, week);
  const [from, to] = [`timestamptz '${week} 00:00+00'`, `timestamptz '${week} 00:00+00' + interval '168 hours'`];
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('largeforge.requestWeeks'))`);
  const found = await tx.execute(sql`select from pg_class where relname = ${name} and pg_table_is_visible(oid)`); // to_regclass may answer from before the lock
  if (found.length > 0) return false;
  await tx.execute(sql.raw(`set local lock_timeout = '${lockTimeout}'`));
  await tx.execute(sql.raw(`lock table ${table}_default in access exclusive mode`)); // none may come between move and attach
  await tx.execute(sql.raw(`create table ${name} (like ${table} including defaults)`));
  await tx.execute(
    sql.raw(`with moved as (delete from ${table}_default where received_at >= ${from} and received_at < ${to} returning *)
      insert into ${name} select * from moved`),
  );
  await tx.execute(sql.raw(`alter table ${table} attach partition ${name} for values from (${from}) to (${to})`));
  return true;
}
