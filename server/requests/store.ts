import { sql } from "drizzle-orm";
import type { Db } from "#db/client.ts";
import { attemptColumns as attempts, callColumns as calls } from "#server/requests/record.ts";
import { keptSince } from "#server/requests/retention.ts";
import { addFolded, fold } from "#server/requests/rollups/fold.ts";

/**
 * Write spooled lines into the log, with their attempts, and add them to the rollups by minute, in one statement → how many were of projects that are no more:
 * they are left out, or each would stay for ever; the projects' rows are held, so that one that is being deleted is waited
 * for. Exactly once: the key (received_at, id) is in the line, so a line that comes again, after a crash between commit and
 * unlink, changes nothing. Throws Postgres' data errors for the whole batch.
 */
export async function storeCalls(db: Db, lines: readonly string[]): Promise<number> {
  if (lines.length === 0) return 0;
  const rows = `[${lines.join(",")}]`;
  const [done] = await db.execute<{ gone: number }>(sql`
    with line as materialized (
      select * from jsonb_to_recordset(${rows}::text::jsonb) as row(${calls.typed}, tries jsonb)
    ), alive as materialized (
      select id, ${keptSince(sql`request_days`)} as since from projects where id in (select project_id from line) for key share
    ), stored as (
      insert into requests (${calls.names}) select ${calls.names} from line where project_id in (select id from alive)
      on conflict (received_at, id) do nothing returning *
    ), ${fold(sql`select stored.* from stored join alive on alive.id = stored.project_id and received_at >= since`)}, ${addFolded}, tried as (
      insert into request_attempts (received_at, request_id, project_id, ${attempts.names})
      select line.received_at, line.id, line.project_id, attempt.*
      from stored join line using (received_at, id)
        cross join lateral jsonb_to_recordset(coalesce(line.tries, '[]')) as attempt(${attempts.typed})
      on conflict (received_at, request_id, number) do nothing
    )
    select count(*)::int as gone from line where project_id not in (select id from alive)`);
  return done?.gone ?? 0;
}
