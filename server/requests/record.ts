import { type Column, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import { z } from "zod";
import { requestAttempts, requests } from "#db/schema/requests.ts";

/** JSON has neither bigint nor dates: the first goes as decimal digits, the second as ISO 8601. */
type Wire<C extends Column> = C["_"]["dataType"] extends "bigint" | "date" ? string : C["_"]["data"];
type WireOf<C extends Column> = C["_"]["notNull"] extends true ? Wire<C> : Wire<C> | null;
type ColumnsOf<T extends PgTable> = T["_"]["columns"];

/** A row of a table as a spooled line holds it: by column names. */
type Line<T extends PgTable> = {
  [K in keyof ColumnsOf<T> as ColumnsOf<T>[K]["_"]["name"]]: WireOf<ColumnsOf<T>[K]>;
};

/** One attempt as its call's line holds it; what it shares with the call is not said twice. */
export type AttemptRecord = Omit<Line<typeof requestAttempts>, (typeof ofTheCall)[number]>;

/**
 * One finished call as it is spooled: the columns of `requests`, times in milliseconds, and its attempts. A line of an older
 * release has none.
 */
export type CallRecord = Line<typeof requests> & { tries: AttemptRecord[] };

const ofTheCall = ["received_at", "request_id", "project_id"] as const;

const wireTypes: Record<string, z.ZodType> = {
  PgText: z.string(),
  PgBoolean: z.boolean(),
  PgSmallInt: z.int().min(-32_768).max(32_767),
  PgInteger: z.int32(),
  PgDoublePrecision: z.number(),
  PgBigInt64: z.string().regex(/^-?\d{1,19}$/, "expected decimal digits"),
  PgTimestamp: z.iso.datetime(),
};

/** The columns of a table but those in `without`. */
function columnsOf(table: PgTable, without: readonly string[] = []): Column[] {
  return Object.values(getTableColumns(table)).filter(({ name }) => !without.includes(name));
}

function shapeOf(columns: readonly Column[]) {
  const fields = columns.map((column) => {
    const type = wireTypes[column.columnType];
    if (!type) throw new Error(`no wire type for ${column.columnType}, the type of ${column.name}`);
    return [column.name, column.notNull ? type : type.nullish()] as const;
  });
  return z.object(Object.fromEntries(fields));
}

/** What a spooled line must be for Postgres to take it; derived from the tables, so that a column is written once. */
export const CallLine = shapeOf(columnsOf(requests)).extend({
  tries: z
    .array(shapeOf(columnsOf(requestAttempts, ofTheCall)))
    .max(100)
    .nullish(),
});

/** Columns for `insert into … (names) select names from jsonb_to_recordset(…) as row(typed)`. */
function recordset(columns: readonly Column[]): { names: SQL; typed: SQL } {
  return {
    names: sql.raw(columns.map(({ name }) => name).join(", ")),
    typed: sql.raw(columns.map((column) => `${column.name} ${column.getSQLType()}`).join(", ")),
  };
}

export const callColumns = recordset(columnsOf(requests));
export const attemptColumns = recordset(columnsOf(requestAttempts, ofTheCall));
