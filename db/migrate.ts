import { fileURLToPath } from "node:url";
import { runMigrations } from "bullmq";
import { sql } from "drizzle-orm";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import pg from "pg";
import { createDb } from "./client.ts";
import { queueSchema } from "./queue-schema.ts";
import { makeRequestWeeks } from "./request-weeks.ts";

/** Bring the database at `url` to this version: our migrations, the weeks of the request log, then the queue's tables. Safe to run twice and at once. */
export async function migrateDatabase(url: string): Promise<void> {
  const db = createDb(url, { max: 1, name: "largeforge-migrate" });
  try {
    await db.execute(sql`select pg_advisory_lock(hashtext('largeforge.migrate'))`);
    await migrate(db, { migrationsFolder: fileURLToPath(new URL("./migrations", import.meta.url)) });
    await db.execute(sql`insert into snapshot_version (id, version) values (1, 1) on conflict do nothing`);
    await makeRequestWeeks(db);
  } finally {
    await db.$client.end();
  }
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {}); // a server that goes away fails the query under way, which says it; unheard, the event would end the process
  await client.connect();
  try {
    await runMigrations(client, queueSchema, { skipVersionCheck: true });
  } finally {
    await client.end();
  }
}
