import { and, count, eq, isNull, sql } from "drizzle-orm";
import { runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";

/**
 * A name that no other run of the project has, for the rest of this transaction: the wanted one, with a number when
 * that is taken; by default the stem with the run's number.
 */
export async function nameRun(ctx: Ctx, { wanted, stem }: { wanted: string | undefined; stem: string }) {
  await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtext('largeforge.nameRun'), hashtext(${ctx.projectId}))`);
  const mine = and(eq(runs.projectId, ctx.projectId), isNull(runs.deletedAt));
  if (!wanted) {
    const [counted] = await ctx.db.select({ runs: count() }).from(runs).where(mine);
    return numbered(ctx, stem, (counted?.runs ?? 0) + 1);
  }
  const [taken] = await ctx.db
    .select({ id: runs.id })
    .from(runs)
    .where(and(mine, eq(runs.name, wanted)))
    .limit(1);
  return taken ? numbered(ctx, wanted, 2) : wanted;
}

/** The stem with the first free number; one of as many numbers as there are runs, and one more, is free. */
async function numbered(ctx: Ctx, stem: string, from: number): Promise<string> {
  const [free] = await ctx.db.execute<{ name: string }>(sql`
    select ${stem}::text || '-' || n as name
    from generate_series(${from}::bigint, ${from}::bigint + (select count(*) from runs where project_id = ${ctx.projectId})) n
    where not exists (
      select from runs where project_id = ${ctx.projectId} and deleted_at is null and name = ${stem}::text || '-' || n
    )
    order by n
    limit 1`);
  return free?.name ?? `${stem}-${from}`;
}
