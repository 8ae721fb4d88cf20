import { type SQL, sql } from "drizzle-orm";
import type { Ctx } from "#server/context.ts";
import type { PickMany } from "#server/input.ts";
import { fitRank, fitsName } from "#server/text/name-search.ts";

type Choice = { value: string; label: string };

/**
 * The first `limit` of what a filter can choose → `{items, total}`: best fit to the text first, then by weight. Those chosen
 * are there besides, first while nothing is typed. `named` selects (value, label, weight), and chosen values with weight
 * null: they count in no total. One pass over what it selects.
 */
export async function choicesOf(db: Ctx["db"], named: SQL, { search, chosen, limit }: PickMany) {
  const label = sql`label`;
  const fits = search ? fitsName(label, search) : sql`true`;
  const rank = search ? fitRank(label, search) : sql`0`;
  const isChosen = sql`value in ${chosen.length > 0 ? chosen : [""]}`;
  const rows = await db.execute<Choice & { total: number }>(sql`
    with fitting as (select value, label, weight, weight is not null and (${fits}) as fits from (${named}) named),
    placed as (select *, ${isChosen} as chosen, count(*) filter (where fits) over ()::int as total,
      row_number() over (order by fits desc, ${rank}, weight desc nulls last, value) as place from fitting)
    select value, label, total from placed where (fits and place <= ${limit}::int) or chosen
    order by ${search ? sql`` : sql`chosen desc,`} place`);
  return { items: [...rows].map(({ value, label }): Choice => ({ value, label })), total: rows[0]?.total ?? 0 };
}

/** Values as rows of one column, none for none: `select … from (…) t(value)`. */
export function valueRows(values: readonly string[]): SQL {
  return values.length === 0
    ? sql`(select null::text where false)`
    : sql`(values ${sql.join(
        values.map((value) => sql`(${value}::text)`),
        sql`, `,
      )})`;
}
