import { exampleCall } from "#server/routing/example-call.ts";
import { ExampleOf, ListCallable } from "#server/routing/input.ts";
import { listCallable } from "#server/routing/list-callable.ts";
import { procedure, router } from "#server/trpc.ts";

export const routingRouter = router({
  callable: procedure.input(ListCallable).query(({ ctx, input }) => listCallable(ctx, input)),
  example: procedure.input(ExampleOf).query(({ ctx, input }) => exampleCall(ctx, input)),
});
