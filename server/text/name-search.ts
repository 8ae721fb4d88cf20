import { or, type SQL, type SQLWrapper, sql } from "drizzle-orm";
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

/** Does the column hold this text, in any case? The one way lists and search look for a name. */
export function contains(column: SQLWrapper, text: string): SQL {
  return sql`${column} ~ ${caselessPattern(text)}`;
}
