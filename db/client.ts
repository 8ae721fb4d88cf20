import type { ExtractTablesWithRelations } from "drizzle-orm";
import { drizzle, type PostgresJsDatabase, type PostgresJsTransaction } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import * as schema from "./schema/index.ts";

type Schema = typeof schema;
export type Pool = PostgresJsDatabase<Schema> & { $client: postgres.Sql };
export type Tx = PostgresJsTransaction<Schema, ExtractTablesWithRelations<Schema>>;
/** A pool or a transaction: verbs do not care which. */
export type Db = PostgresJsDatabase<Schema> | Tx;

/** Open a pool of at most `max` connections. Nothing connects before the first query. */
export function createDb(url: string, options: { max?: number; name?: string } = {}): Pool {
  const client = postgres(url, {
    max: options.max ?? 10,
    connect_timeout: 10,
    idle_timeout: 30,
    onnotice: () => {},
    connection: { application_name: options.name ?? "largeforge" },
  });
  return drizzle(client, { schema });
}
