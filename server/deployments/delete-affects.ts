import type { Ctx } from "#server/context.ts";
import { deploymentDeletion } from "#server/deployments/deletion.ts";
import { findDeployment } from "#server/deployments/find-deployment.ts";
import type { DeploymentRef } from "#server/deployments/input.ts";

/** What deleting a deployment would do, by name and count: see `Deletion`. NOT_FOUND outside the project. */
export async function deploymentDeleteAffects(ctx: Ctx, input: DeploymentRef) {
  return deploymentDeletion(ctx, await findDeployment(ctx, input.deployment, { retired: true }));
}
