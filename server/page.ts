import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { z } from "zod";
import { DomainError } from "#server/errors.ts";
import { isStorable } from "#server/text/stored-text.rule.ts";

/** What a column sorts by, how its values compare (`name`: as people read them), and whether it is never null: then an index can serve it. */
export type SortKey = { value: SQLWrapper; as: "name" | "text" | "float8" | "timestamptz"; always?: boolean };
export type Sort<By extends string = string> = { by: By; desc: boolean };

const Place = z.tuple([z.string(), z.boolean(), z.string().nullable(), z.string()]);

/**
 * Keyset paging in any order: rows without a value come last whichever way, equal ones in the order of their ids. A page costs
 * the rows it shows where an index has the order, else one sort of what the filter lets through; never an offset.
 */
export function keyset<By extends string>(
  keys: Record<By, SortKey>,
  id: SQLWrapper,
  sort: Sort<By>,
  cursor?: string | null,
) {
  const { value, as, always = false } = keys[sort.by];
  const key = as === "name" ? natural(value) : sql`${value}`;
  const direction = sql.raw(sort.desc ? "desc" : "asc");
  const last = cursor ? decode(cursor, sort, as) : null;
  return {
    /** select it as `place` */
    place: sql<string | null>`(${key})::text`,
    after: last ? isAfter(key, id, sort.desc, { ...last, as, always }) : undefined,
    orderBy: [always ? sql`${key} ${direction}` : sql`${key} ${direction} nulls last`, sql`${id} ${direction}`],
  };
}

/** Text in the order people expect, in any case and "run 9" before "run 10": every number counts as nine digits. */
function natural(text: SQLWrapper): SQL {
  const padded = sql`regexp_replace(lower(${text}), '(\\d+)', '00000000\\1', 'g')`;
  return sql`regexp_replace(${padded}, '\\d*?(\\d{9})(?!\\d)', '\\1', 'g')`;
}

type Last = { value: string | null; id: string; as: SortKey["as"]; always: boolean };

function isAfter(key: SQL, id: SQLWrapper, desc: boolean, last: Last): SQL {
  const beyond = sql.raw(desc ? "<" : ">");
  if (last.value === null) return sql`(${key} is null and ${id} ${beyond} ${last.id})`;
  const valued = sql`(${key}, ${id}) ${beyond} (${last.value}::${sql.raw(last.as === "name" ? "text" : last.as)}, ${last.id})`;
  return last.always ? valued : sql`(${valued} or ${key} is null)`;
}

/** The first `limit` of `limit + 1` rows, and where the next page begins; null on the last one. */
export function pageOf<Row extends { place: string | null }>(
  rows: readonly Row[],
  limit: number,
  sort: Sort,
  idOf: (row: Row) => string,
): { page: Omit<Row, "place">[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const nextCursor = last ? encode([sort.by, sort.desc, last.place, idOf(last)]) : null;
  return { page: shown.map(({ place, ...row }) => row), nextCursor };
}

function encode(place: z.infer<typeof Place>): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/** What Postgres would not read as the column's type came from nobody here. */
const isOfType: Record<SortKey["as"], (value: string) => boolean> = {
  name: isStorable,
  text: isStorable,
  float8: (value) => /^-?\d/.test(value) && Number.isFinite(Number(value)),
  timestamptz: (value) => /^\d{4}-/.test(value) && !Number.isNaN(Date.parse(value)),
};

function decode(cursor: string, sort: Sort, as: SortKey["as"]) {
  const fault = new DomainError("INVALID", "this cursor is not from this list in this order: begin without one", {
    field: "cursor",
  });
  let place: unknown;
  try {
    place = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch (cause) {
    throw new DomainError(fault.code, fault.message, { field: "cursor", cause });
  }
  const read = Place.safeParse(place);
  if (!read.success) throw fault;
  const [by, desc, value, id] = read.data;
  if (by !== sort.by || desc !== sort.desc) throw fault;
  if (!isStorable(id) || (value !== null && !isOfType[as](value))) throw fault;
  return { value, id };
}
