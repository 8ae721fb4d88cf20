import { and, count, desc, eq, isNull, lte, sql } from "drizzle-orm";
import { prices } from "#db/schema/gateway.ts";
import { models } from "#db/schema/models.ts";
import { users } from "#db/schema/people.ts";
import type { Ctx } from "#server/context.ts";
import { ListPrices } from "#server/economics/input.ts";
import { keyset, pageOf } from "#server/page.ts";
import { dollarsOf } from "#server/pricing/price.rule.ts";
import { contains } from "#server/text/name-search.ts";

/**
 * The project's models in any order, each with the price in force (null: its calls have no cost) and how many came before
 * it → `{items, nextCursor, total}`. Dollars per million tokens, as decimals without loss. One pass over the models, with
 * one look into the index of prices for each.
 */
export async function listPrices(ctx: Pick<Ctx, "db" | "projectId">, request: ListPrices = {}) {
  const input = ListPrices.parse(request);
  const matches = and(
    eq(models.projectId, ctx.projectId),
    isNull(models.archivedAt),
    isNull(models.deletedAt),
    input.search ? contains(models.name, input.search) : undefined,
  );
  const ofModel = and(eq(prices.projectId, ctx.projectId), eq(prices.modelId, models.id));
  const price = ctx.db
    .select({
      id: prices.id,
      input: prices.inputUsdNanosPerMillionTokens,
      output: prices.outputUsdNanosPerMillionTokens,
      since: prices.effectiveFrom,
      setBy: prices.createdBy,
    })
    .from(prices)
    .where(and(ofModel, lte(prices.effectiveFrom, sql`now()`)))
    .orderBy(desc(prices.effectiveFrom), desc(prices.id))
    .limit(1)
    .as("price");
  const sortKeys = {
    name: { value: models.name, as: "name", always: true },
    kind: { value: models.kind, as: "text", always: true },
    input: { value: price.input, as: "float8" },
    output: { value: price.output, as: "float8" },
    since: { value: price.since, as: "timestamptz" },
  } as const;
  const { place, after, orderBy } = keyset(sortKeys, models.id, input.sort, input.cursor);
  const [rows, [counted]] = await Promise.all([
    ctx.db
      .select({
        id: models.id,
        name: models.name,
        kind: models.kind,
        price: { id: price.id, input: price.input, output: price.output, since: price.since, setBy: price.setBy },
        setByName: users.name,
        earlier: sql<number>`(select greatest(count(*) - 1, 0)::int from ${prices} where ${ofModel})`,
        place,
      })
      .from(models)
      .leftJoinLateral(price, sql`true`)
      .leftJoin(users, eq(price.setBy, sql`'user:' || ${users.id}`))
      .where(and(matches, after))
      .orderBy(...orderBy)
      .limit(input.limit + 1),
    ctx.db.select({ total: count() }).from(models).where(matches),
  ]);
  const { page, nextCursor } = pageOf(rows, input.limit, input.sort, (row) => row.id);
  const items = page.map(({ price, setByName, ...model }) => ({
    ...model,
    price: price && {
      input: dollarsOf(price.input),
      output: dollarsOf(price.output),
      since: price.since,
      setBy: price.setBy,
      setByName,
    },
  }));
  return { items, nextCursor, total: counted?.total ?? 0 };
}
