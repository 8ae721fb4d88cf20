import { ListAudit } from "#server/audit/input.ts";
import { listAudit } from "#server/audit/list.ts";
import { listActors } from "#server/audit/list-actors.ts";
import { personProcedure, procedure, router } from "#server/trpc.ts";

export const auditRouter = router({
  actors: procedure.query(({ ctx }) => listActors(ctx)),
  installation: personProcedure
    .input(ListAudit)
    .query(({ ctx, input }) => listAudit({ ...ctx, projectId: null }, input)),
  installationActors: personProcedure.query(({ ctx }) => listActors({ ...ctx, projectId: null })),
  list: procedure.input(ListAudit).query(({ ctx, input }) => listAudit(ctx, input)),
});
