import { eq, or, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

const shortIdLength = 6;

/** Could `ref` mean this row: by its id, by the last six characters of it, or by its name? For `pickNamed`. */
export function isMeant(ref: string, id: PgColumn, name?: SQL | PgColumn): SQL | undefined {
  return or(
    eq(id, ref),
    name ? sql`${name} = ${ref}` : undefined,
    ref.length === shortIdLength ? sql`right(${id}, ${shortIdLength}) = ${ref}` : undefined,
  );
}
