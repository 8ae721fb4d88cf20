import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { auditLog } from "#db/schema/audit.ts";
import { prices, snapshotVersion } from "#db/schema/gateway.ts";
import { inTx } from "#db/testing.ts";
import { priceSorts, SetPrice } from "#server/economics/input.ts";
import { listPrices } from "#server/economics/list-prices.ts";
import { setPrice } from "#server/economics/set-price.ts";
import { addModel } from "#server/gateway/gateway.fixture.ts";
import { testProject } from "#server/testing.ts";

test("a price is in force from now on, replaces the one before and is told to the gateways", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const { modelId } = await addModel(tx, projectId, "nano");
    expect((await listPrices(ctx)).items).toMatchObject([{ name: "nano", price: null, earlier: 0 }]);
    const [before] = await tx.select().from(snapshotVersion);
    await setPrice(ctx, { model: "nano", input: "0.15", output: "0.6" });
    expect((await tx.select().from(snapshotVersion))[0]?.version).toBeGreaterThan(before?.version ?? 0);
    expect((await listPrices(ctx)).items).toMatchObject([
      { id: modelId, price: { input: "0.15", output: "0.60", setByName: "Ada" }, earlier: 0 },
    ]);
    const [row] = await tx.select().from(prices).where(eq(prices.projectId, projectId));
    expect(row?.inputUsdNanosPerMillionTokens).toBe(150_000_000n);
    const audit = await tx.select().from(auditLog).where(eq(auditLog.action, "economics.setPrice"));
    expect(audit).toMatchObject([{ targetId: modelId, detail: { input: "0.15", output: "0.6" } }]);
  }));

test("a model of another project has no price here and cannot be given one", () =>
  inTx(async (tx) => {
    const here = await testProject(tx);
    const there = await testProject(tx);
    const { modelId } = await addModel(tx, there.projectId, "theirs");
    await expect(setPrice(here.ctx, { model: modelId, input: "1", output: "1" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    expect(await listPrices(here.ctx)).toEqual({ items: [], nextCursor: null, total: 0 });
  }));

test("prices are found, sorted and paged on the server, models without one last whichever way", () =>
  inTx(async (tx) => {
    const { ctx, projectId } = await testProject(tx);
    const names = Array.from({ length: 7 }, (_, i) => `model ${i + 1}`);
    for (const name of names) await addModel(tx, projectId, name);
    for (const [i, name] of names.slice(0, 5).entries())
      await setPrice(ctx, { model: name, input: `${10 - i}`, output: "0.000000001" });
    for (const by of priceSorts)
      for (const desc of [true, false]) {
        const sort = { by, desc };
        const whole = (await listPrices(ctx, { sort })).items.map((row) => row.name);
        const paged = [];
        for (let cursor: string | null | undefined; cursor !== null; ) {
          const page: Awaited<ReturnType<typeof listPrices>> = await listPrices(ctx, { sort, limit: 2, cursor });
          paged.push(...page.items.map((row) => row.name));
          cursor = page.nextCursor;
        }
        expect(paged, `${by} ${desc}`).toEqual(whole);
        if (by === "input") expect(new Set(whole.slice(-2))).toEqual(new Set(["model 6", "model 7"]));
      }
    expect(await listPrices(ctx, { search: "MODEL 3" })).toMatchObject({ items: [{ name: "model 3" }], total: 1 });
  }));

test("dollars are plain decimals; anything else is refused at its field", () => {
  for (const input of ["", "-1", "1,5", "1e3", "0.0000000001", "12345678"]) {
    const read = SetPrice.safeParse({ model: "nano", input, output: "1" });
    expect(read.error?.issues[0]?.path).toEqual(["input"]);
  }
});
