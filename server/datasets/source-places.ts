import { sql } from "drizzle-orm";
import type { Split } from "#db/enums.ts";
import { examplePages } from "#db/schema/datasets.ts";
import type { Ctx } from "#server/context.ts";
import type { Place } from "#server/datasets/rows/limits.rule.ts";

/**
 * Where rows of a split (counted from 0) stand in the file that was uploaded: line, and element of a JSON array, from 1.
 * A row of a version that was imported before places were kept is not in the answer. One index look-up a row.
 */
export async function sourcePlaces(
  ctx: Ctx,
  of: { versionId: string; split: Split },
  rows: readonly number[],
): Promise<Map<number, Place>> {
  if (rows.length === 0) return new Map();
  const wanted = sql.join(
    rows.map((row) => sql`${row}::int`),
    sql`, `,
  );
  const found = await ctx.db.execute<{ row: number; line: number | null; element: number | null }>(sql`
    select wanted.row, page.lines[wanted.row - page.first_row + 1] as line,
      page.elements[wanted.row - page.first_row + 1] as element
    from unnest(array[${wanted}]) as wanted(row)
    cross join lateral (
      select * from ${examplePages} p
      where p.project_id = ${ctx.projectId} and p.version_id = ${of.versionId} and p.split = ${of.split}
        and p.first_row <= wanted.row
      order by p.first_row desc limit 1
    ) page`);
  return new Map(
    [...found].flatMap(({ row, line, element }) => (line === null ? [] : [[row, { line, element }] as const])),
  );
}
