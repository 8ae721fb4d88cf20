import { health } from "#server/ops/health.ts";
import { home } from "#server/ops/home.ts";
import { FollowLive, Search } from "#server/ops/input.ts";
import { followLive } from "#server/ops/live/follow.ts";
import { search } from "#server/ops/search.ts";
import { procedure, publicProcedure, router, withIds } from "#server/trpc.ts";

export const opsRouter = router({
  health: procedure.query(({ ctx }) => health(ctx)),
  home: procedure.query(({ ctx }) => home(ctx)),
  live: publicProcedure
    .input(FollowLive)
    .subscription(async ({ ctx, input, signal }) => withIds(await followLive(ctx, input, signal))),
  search: procedure.input(Search).query(({ ctx, input }) => search(ctx, input)),
});
