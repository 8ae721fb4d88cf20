import { and, or, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { Db } from "#db/client.ts";
import { caselessPattern } from "#server/text/caseless.rule.ts";
import { fitPatterns, slipPatterns } from "#server/text/fuzzy.rule.ts";

/** Does the name fit the text, if need be with one slip of the typist? One pass over the names, no index. */
export function fitsName(name: SQLWrapper, text: string): SQL {
  const [, , , anywhere] = fitPatterns(text);
  const slip = slipPatterns(text);
  return or(sql`${name} ~ ${anywhere}`, slip ? sql`${name} ~ ${slip.word}` : undefined) ?? sql`false`;
}

/** How well it fits, best first: 0 exact, 1 prefix, 2 a word's beginning, 3 anywhere, 4 with a slip, 5 a word with one. */
export function fitRank(name: SQLWrapper, text: string): SQL<number> {
  const [exact, prefix, word, anywhere] = fitPatterns(text);
  const slip = slipPatterns(text);
  return sql<number>`case when ${name} ~ ${exact} then 0 when ${name} ~ ${prefix} then 1 when ${name} ~ ${word} then 2
    when ${name} ~ ${anywhere} then 3 ${slip ? sql`when ${name} ~ ${slip.whole} then 4` : sql``} else 5 end`;
}

const mostNear = 3;

/** The names nearest to one that is none of them, best first, at most three: for "did you mean". */
export async function nearNames(
  { db }: { db: Db },
  { name, from, where }: { name: PgColumn; from: PgTable; where: SQL | undefined },
  wanted: string,
): Promise<string[]> {
  // a name that is the beginning of what was written counts too: nano for nano-7b
  const isBeginning = sql`starts_with(lower(${wanted}), lower(${name}))`;
  const rows = await db
    .select({ name: sql<string>`${name}` })
    .from(from)
    .where(and(where, or(fitsName(name, wanted), isBeginning)))
    .orderBy(fitRank(name, wanted), name)
    .limit(mostNear);
  return [...new Set(rows.map((row) => row.name))];
}

/** ": did you mean nano?", or where all names are listed. */
export function didYouMean(names: readonly string[], listing: string): string {
  return names.length > 0 ? `: did you mean ${names.join(" or ")}?` : `: ${listing} lists what there is`;
}

/** Does the column hold this text, in any case? The one way lists and search look for a name. */
export function contains(column: SQLWrapper, text: string): SQL {
  return sql`${column} ~ ${caselessPattern(text)}`;
}
