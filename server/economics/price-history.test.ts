import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { newId } from "#db/ids.ts";
import { prices } from "#db/schema/gateway.ts";
import { models } from "#db/schema/models.ts";
import { inTx } from "#db/testing.ts";
import { SetPrice } from "#server/economics/input.ts";
import { listPrices } from "#server/economics/list-prices.ts";
import { setPrice } from "#server/economics/set-price.ts";
import { addModel } from "#server/gateway/gateway.fixture.ts";
import { dollarsOf, nanosOf } from "#server/pricing/price.rule.ts";
import { testProject } from "#server/testing.ts";

test("a price that begins later is not in force yet, and earlier ones are counted", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const { modelId } = await addModel(tx, projectId, "nano");
    await setPrice(ctx, { model: "nano", input: "1", output: "2" });
    await setPrice(ctx, { model: modelId, input: "3", output: "4" });
    const dear = { inputUsdNanosPerMillionTokens: nanosOf("9"), outputUsdNanosPerMillionTokens: nanosOf("9") };
    const by = { projectId, modelId, createdBy: ctx.actor };
    await tx
      .insert(prices)
      .values({ id: newId("price"), ...by, ...dear, effectiveFrom: sql`now() + interval '1 day'` });
    // both are of one moment: the one that was set last is in force
    expect((await listPrices(ctx)).items).toMatchObject([
      { price: { input: dollarsOf(nanosOf("3")), output: dollarsOf(nanosOf("4")) } },
    ]);
  }));

test("a price of nothing is a price, and the dearest is kept to the last nanodollar", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    await addModel(tx, projectId, "nano");
    await setPrice(ctx, SetPrice.parse({ model: " nano ", input: "0", output: "999999.999999999" }));
    const [item] = (await listPrices(ctx)).items;
    expect(item?.price).toMatchObject({ input: dollarsOf(0n), output: "999999.999999999" });
  }));

test("an archived or deleted model leaves the list, and one that is not there has no price", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const { modelId } = await addModel(tx, projectId, "nano");
    await addModel(tx, projectId, "micro");
    await tx.update(models).set({ archivedAt: sql`now()` }).where(eq(models.id, modelId));
    expect(await listPrices(ctx)).toMatchObject({ items: [{ name: "micro" }], total: 1 });
    await expect(setPrice(ctx, { model: "nobody", input: "1", output: "1" })).rejects.toMatchObject({
      code: "NOT_FOUND",
      field: "model",
    });
    expect(await tx.$count(prices)).toBe(0);
  }));
