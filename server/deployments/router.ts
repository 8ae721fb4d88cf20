import { addRevision } from "#server/deployments/add-revision.ts";
import { appliedOnGateway } from "#server/deployments/applied.ts";
import { archiveDeployment } from "#server/deployments/archive.ts";
import { createDeployment } from "#server/deployments/create.ts";
import { deleteDeployment, deploymentDeleteAffects } from "#server/deployments/delete.ts";
import {
  AddRevision,
  ArchiveDeployment,
  CreateDeployment,
  DeploymentRef,
  DeploymentTimeline,
  ListDeployments,
  NamedModel,
  RetireRevision,
  SetWeights,
} from "#server/deployments/input.ts";
import { listDeployments } from "#server/deployments/list.ts";
import { meaningOfName } from "#server/deployments/meaning-of-name.ts";
import { retireRevision } from "#server/deployments/retire-revision.ts";
import { listServable } from "#server/deployments/servable.ts";
import { setWeights } from "#server/deployments/set-weights.ts";
import { showDeployment } from "#server/deployments/show.ts";
import { deploymentTimeline } from "#server/deployments/timeline.ts";
import { PickModelVersion } from "#server/models/input.ts";
import { procedure, router } from "#server/trpc.ts";

export const deploymentsRouter = router({
  addRevision: procedure.input(AddRevision).mutation(({ ctx, input }) => addRevision(ctx, input)),
  applied: procedure.query(({ ctx }) => appliedOnGateway(ctx)),
  archive: procedure.input(ArchiveDeployment).mutation(({ ctx, input }) => archiveDeployment(ctx, input)),
  create: procedure.input(CreateDeployment).mutation(({ ctx, input }) => createDeployment(ctx, input)),
  delete: procedure.input(DeploymentRef).mutation(({ ctx, input }) => deleteDeployment(ctx, input)),
  deleteAffects: procedure.input(DeploymentRef).query(({ ctx, input }) => deploymentDeleteAffects(ctx, input)),
  list: procedure.input(ListDeployments).query(({ ctx, input }) => listDeployments(ctx, input)),
  meaningOfName: procedure.input(NamedModel).query(({ ctx, input }) => meaningOfName(ctx, input)),
  retireRevision: procedure.input(RetireRevision).mutation(({ ctx, input }) => retireRevision(ctx, input)),
  servable: procedure.input(PickModelVersion).query(({ ctx, input }) => listServable(ctx, input)),
  setWeights: procedure.input(SetWeights).mutation(({ ctx, input }) => setWeights(ctx, input)),
  show: procedure.input(DeploymentRef).query(({ ctx, input }) => showDeployment(ctx, input)),
  timeline: procedure.input(DeploymentTimeline).query(({ ctx, input }) => deploymentTimeline(ctx, input)),
});
