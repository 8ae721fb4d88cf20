import { ListAudit } from "#server/audit/input.ts";
import { listAudit } from "#server/audit/list.ts";
import { listActors } from "#server/audit/list-actors.ts";
import { PickMany } from "#server/input.ts";
import { personProcedure, procedure, router } from "#server/trpc.ts";

export const auditRouter = router({
  actors: procedure.input(PickMany).query(({ ctx, input }) => listActors(ctx, input)),
  installation: personProcedure
    .input(ListAudit)
    .query(({ ctx, input }) => listAudit({ ...ctx, projectId: null }, input)),
  installationActors: personProcedure
    .input(PickMany)
    .query(({ ctx, input }) => listActors({ ...ctx, projectId: null }, input)),
  list: procedure.input(ListAudit).query(({ ctx, input }) => listAudit(ctx, input)),
});
