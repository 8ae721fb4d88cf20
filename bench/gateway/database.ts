import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { createDb, type Pool } from "#db/client.ts";
import { startEmbeddedPostgres } from "#db/embedded.ts";
import { newId } from "#db/ids.ts";
import { migrateDatabase } from "#db/migrate.ts";
import { apiKeys } from "#db/schema/keys.ts";
import { projects } from "#db/schema/people.ts";
import { deriveSecret, hmacHex } from "#server/secrets.ts";

export const createdBy = "system:bench";

export type Database = { url: string; db: Pool; secret: string; stop: () => Promise<void> };

/** A Postgres of this benchmark's own, migrated, in `dir`; a benchmark that fails leaves no server behind. */
export async function startDatabase(dir: string): Promise<Database> {
  const postgres = await startEmbeddedPostgres({ dir: join(dir, "pg") });
  let isUp = true;
  process.on("exit", () => isUp && process.kill(postgres.pid, "SIGINT"));
  await migrateDatabase(postgres.url);
  const db = createDb(postgres.url, { max: 4, name: "bench" });
  return {
    url: postgres.url,
    db,
    secret: randomBytes(32).toString("hex"),
    stop: async () => {
      await db.$client.end();
      await postgres.stop();
      isUp = false;
    },
  };
}

/** A project with `count` keys that may call models. */
export async function addProject({ db, secret }: Database, count: number): Promise<{ id: string; keys: string[] }> {
  const id = newId("project");
  await db.insert(projects).values({ id, slug: `p-${id.slice(-8)}`, name: "Bench" });
  const keys = Array.from({ length: count }, () => `lf_${randomBytes(20).toString("hex")}`);
  const hmacKey = deriveSecret(secret, "keys");
  const shared = { projectId: id, name: "bench", last4: "0000", scopes: ["inference" as const], createdBy };
  await db.insert(apiKeys).values(keys.map((key) => ({ id: newId("key"), hmac: hmacHex(hmacKey, key), ...shared })));
  return { id, keys };
}
