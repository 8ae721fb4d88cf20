import { sql } from "drizzle-orm";
import { customType, text, timestamp } from "drizzle-orm/pg-core";

/** `timestamptz`, as Date, by default the database's own now(): a skewed host clock changes nothing. */
export const at = <Name extends string>(name: Name) => timestamp(name, { withTimezone: true, mode: "date" });
export const createdAt = () => at("created_at").notNull().default(sql`now()`);
/**
 * Set: the thing was deleted and its content is gone; the row stays because others name it, so that what was made of it
 * can say of what. A thing that nothing names leaves no row.
 */
export const deletedAt = () => at("deleted_at");
export const id = () => text("id").primaryKey();
export const bytes = customType<{ data: Buffer }>({ dataType: () => "bytea" });
