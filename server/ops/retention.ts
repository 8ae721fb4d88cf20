import { sql } from "drizzle-orm";
import { projects } from "#db/schema/people.ts";
import type { JobCtx } from "#server/jobs/context.ts";
import { log } from "#server/log.ts";
import { dropOldWeeks, pruneCalls, pruneRollups, pruneSeries } from "#server/requests/retention.ts";
import { rollUpRequests } from "#server/requests/rollups/roll-up.ts";

const rowsAtOnce = 5_000;
/** What is left then goes with the next pass, an hour later. */
const batchesAtMost = 400;

/**
 * Delete what every project keeps no longer: calls by whole weeks (a week that is past for all projects is dropped, which costs
 * nothing), their minutes with them, hours, events of ended runs, audit rows. In batches of 5,000 rows, at most 400 each
 * pass; safe to run twice and at once. Archived projects keep as long as the others.
 */
export async function applyRetention(ctx: Pick<JobCtx, "db" | "enqueue" | "actor">, _: unknown, signal: AbortSignal) {
  await rollUpRequests(ctx, {}, signal); // no minute goes before its hour was made
  const { db } = ctx;
  const weeks = await dropOldWeeks(db);
  let batches = 0;
  let rows = 0;
  const all = async (prune: () => Promise<number>) => {
    for (let gone = rowsAtOnce; gone === rowsAtOnce && batches < batchesAtMost; batches++) {
      signal.throwIfAborted();
      gone = await prune();
      rows += gone;
    }
  };
  for (const project of await db.select().from(projects)) {
    await all(() => pruneCalls(db, project, rowsAtOnce));
    await all(() => pruneRollups(db, "request_minutes", project, rowsAtOnce));
    await all(() => pruneRollups(db, "request_hours", project, rowsAtOnce));
    await all(() => pruneRollups(db, "request_days", project, rowsAtOnce));
    await all(async () => {
      const ended = sql`select id from runs where project_id = ${project.id} and finished_at < now() - interval '1 day' * ${project.runEventDays}`;
      const gone = await db.execute(sql`delete from run_events where (run_id, seq) in (
        select run_id, seq from run_events where run_id in (${ended}) limit ${rowsAtOnce})`);
      return gone.count;
    });
    await all(async () => {
      const gone = await db.execute(sql`delete from audit_log where id in (
        select id from audit_log where project_id = ${project.id} and created_at < now() - interval '1 day' * ${project.auditDays}
        limit ${rowsAtOnce})`);
      return gone.count;
    });
  }
  if (rows > 0) await pruneSeries(db);
  if (weeks.length + rows > 0) log.info({ weeks, rows }, "ops.retention");
  return { weeks, rows };
}
