import { sql } from "drizzle-orm";
import { newId } from "#db/ids.ts";
import { prices } from "#db/schema/gateway.ts";
import { type Ctx, transact } from "#server/context.ts";
import type { SetPrice } from "#server/economics/input.ts";
import { findModel } from "#server/models/find-model.ts";
import { nanosOf } from "#server/pricing/price.rule.ts";

/**
 * What a model's tokens cost from now on → `{id}`. Calls logged before keep the price they were billed at.
 * Gateways charge it within a second. Throws NOT_FOUND (field `model`).
 */
export async function setPrice(ctx: Ctx, input: SetPrice): Promise<{ id: string }> {
  return transact(ctx, async (ctx) => {
    const model = await findModel(ctx, input.model);
    const id = newId("price");
    await ctx.db.insert(prices).values({
      id,
      projectId: ctx.projectId,
      modelId: model.id,
      createdBy: ctx.actor,
      effectiveFrom: sql`now()`,
      inputUsdNanosPerMillionTokens: nanosOf(input.input),
      outputUsdNanosPerMillionTokens: nanosOf(input.output),
    });
    ctx.changed({ action: "economics.setPrice", id: model.id, detail: { input: input.input, output: input.output } });
    return { id };
  });
}
