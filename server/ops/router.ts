import { health } from "#server/ops/health.ts";
import { home } from "#server/ops/home.ts";
import { Search } from "#server/ops/input.ts";
import { search } from "#server/ops/search.ts";
import { procedure, router } from "#server/trpc.ts";

export const opsRouter = router({
  health: procedure.query(({ ctx }) => health(ctx)),
  home: procedure.query(({ ctx }) => home(ctx)),
  search: procedure.input(Search).query(({ ctx, input }) => search(ctx, input)),
});
