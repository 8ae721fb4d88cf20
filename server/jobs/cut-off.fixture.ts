import { sql } from "drizzle-orm";
import type { Pool } from "#db/client.ts";
import { until } from "#server/process.fixture.ts";

/**
 * What a restart of the database does to statements under way: hold a table, and with `cutOff` end the connections of
 * those that have come to wait for it. `exclusive` holds up writers, `access exclusive` readers too.
 */
export async function holdTable(db: Pool, table: string, mode: "exclusive" | "access exclusive" = "exclusive") {
  const holder = await db.$client.reserve();
  await holder.unsafe(`begin; lock table ${table} in ${mode} mode`);
  const waiting = sql`from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  return {
    cutOff: async () => {
      await until(async () => (await db.execute(sql`select pid ${waiting}`)).length > 0);
      await db.execute(sql`select pg_terminate_backend(pid) ${waiting}`);
      await holder.unsafe("rollback");
      holder.release();
    },
  };
}
