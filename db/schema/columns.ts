import { sql } from "drizzle-orm";
import { customType, text, timestamp } from "drizzle-orm/pg-core";

/** `timestamptz`, as Date, by default the database's own now(): a skewed host clock changes nothing. */
export const at = (name: string) => timestamp(name, { withTimezone: true, mode: "date" });
export const createdAt = () => at("created_at").notNull().default(sql`now()`);
export const id = () => text("id").primaryKey();
export const bytes = customType<{ data: Buffer }>({ dataType: () => "bytea" });
