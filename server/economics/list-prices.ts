import { and, asc, desc, eq, isNull, lte, sql } from "drizzle-orm";
import { prices } from "#db/schema/gateway.ts";
import { models } from "#db/schema/models.ts";
import { users } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import { dollarsOf } from "#server/pricing/price.rule.ts";

/**
 * Every model of the project by name with the price in force (null: its calls have no cost) and how many came before
 * it. Dollars per million tokens, as decimals without loss.
 */
export async function listPrices(ctx: Pick<Ctx, "db" | "projectId">) {
  const rows = await ctx.db
    .selectDistinctOn([models.name], {
      modelId: models.id,
      modelName: models.name,
      kind: models.kind,
      priceId: prices.id,
      input: prices.inputUsdNanosPerMillionTokens,
      output: prices.outputUsdNanosPerMillionTokens,
      since: prices.effectiveFrom,
      setBy: prices.createdBy,
      setByName: users.name,
      earlier: sql<number>`(select greatest(count(*) - 1, 0)::int from ${prices} p where p.model_id = ${models.id})`,
    })
    .from(models)
    .leftJoin(prices, and(eq(prices.modelId, models.id), lte(prices.effectiveFrom, sql`now()`)))
    .leftJoin(users, eq(prices.createdBy, sql`'user:' || ${users.id}`))
    .where(and(eq(models.projectId, ctx.projectId), isNull(models.archivedAt), isNull(models.deletedAt)))
    .orderBy(asc(models.name), desc(prices.effectiveFrom), desc(prices.id));
  return rows.map(({ modelId, modelName, kind, earlier, ...row }) => ({
    id: modelId,
    name: modelName,
    kind,
    earlier,
    price:
      row.priceId === null || row.input === null || row.output === null || row.since === null
        ? null
        : {
            input: dollarsOf(row.input),
            output: dollarsOf(row.output),
            since: row.since,
            setBy: row.setBy,
            setByName: row.setByName,
          },
  }));
}
