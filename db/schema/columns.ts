import { sql } from "drizzle-orm";
import { customType, integer, text, timestamp } from "drizzle-orm/pg-core";

/** `timestamptz`, as Date, by default the database's own now(): a skewed host clock changes nothing. */
export const at = <Name extends string>(name: Name) => timestamp(name, { withTimezone: true, mode: "date" });
export const createdAt = () => at("created_at").notNull().default(sql`now()`);
/**
 * Set: the thing was deleted and its content is gone; the row stays because others name it, so that what was made of it
 * can say of what. A thing that nothing names leaves no row.
 */
export const deletedAt = () => at("deleted_at");
/**
 * A row that one worker at a time may work on. Only server/jobs/lease.ts writes these; all times are the database's.
 */
export const leaseColumns = () => ({
  /** counts the claims: only the latest may write, so that a worker that lost its claim writes nothing */
  leaseAttempt: integer("lease_attempt").notNull().default(0),
  /** the worker process, `host/pid/start time`; null when nobody has the row */
  leaseHolder: text("lease_holder"),
  /** when the latest claim was taken */
  leasedAt: at("leased_at"),
  /** when that worker last said that it lives; null when nobody has the row */
  heartbeatAt: at("heartbeat_at"),
});
export const id = () => text("id").primaryKey();
export const bytes = customType<{ data: Buffer }>({ dataType: () => "bytea" });
