import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { caselessPattern } from "#server/text/caseless.rule.ts";

/** Does the column hold this text, in any case? The one way lists and search look for a name. */
export function contains(column: SQLWrapper, text: string): SQL {
  return sql`${column} ~ ${caselessPattern(text)}`;
}
