import { ListPrices, SetPrice } from "#server/economics/input.ts";
import { listPrices } from "#server/economics/list-prices.ts";
import { setPrice } from "#server/economics/set-price.ts";
import { procedure, router } from "#server/trpc.ts";

export const economicsRouter = router({
  prices: procedure.input(ListPrices).query(({ ctx, input }) => listPrices(ctx, input)),
  setPrice: procedure.input(SetPrice).mutation(({ ctx, input }) => setPrice(ctx, input)),
});
