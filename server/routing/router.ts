import { listCallable } from "#server/routing/list-callable.ts";
import { procedure, router } from "#server/trpc.ts";

export const routingRouter = router({
  callable: procedure.query(({ ctx }) => listCallable(ctx)),
});
