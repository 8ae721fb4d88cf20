import { askGate } from "#server/promotions/gate.ts";
import { GateQuestion, PromoteModelVersion } from "#server/promotions/input.ts";
import { promoteModelVersion } from "#server/promotions/promote.ts";
import { procedure, router } from "#server/trpc.ts";

export const promotionsRouter = router({
  gate: procedure.input(GateQuestion).query(({ ctx, input }) => askGate(ctx, input)),
  promote: procedure.input(PromoteModelVersion).mutation(({ ctx, input }) => promoteModelVersion(ctx, input)),
});
