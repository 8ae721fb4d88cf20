"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { DeploymentData } from "#components/deployments/data.ts";
import { useTRPC } from "#components/trpc.tsx";
import { notify } from "#components/ui/toast.tsx";
import type { Weights } from "#server/deployments/weights.rule.ts";

export function weightsOf(deployment: DeploymentData): { revisionId: string; weightBps: number }[] {
  return deployment.revisions.map((revision) => ({ revisionId: revision.id, weightBps: revision.weightBps }));
}

/** Move traffic, and offer the way back for ten seconds. What the page showed is what the server compares with. */
export function useSetWeights(deployment: DeploymentData) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries(trpc.deployments.pathFilter());
  const mutation = useMutation(trpc.deployments.setWeights.mutationOptions({ onSettled: refresh }));
  async function apply(wanted: Weights, said: string) {
    const before = weightsOf(deployment);
    const deploymentId = deployment.id;
    const after = before.map((weight) => wanted.find((one) => one.revisionId === weight.revisionId) ?? weight);
    await mutation.mutateAsync({ deploymentId, weights: [...wanted], expected: before });
    notify.undoable(said, () =>
      mutation
        .mutateAsync({ deploymentId, weights: before, expected: [...after] })
        .then(() => notify.done("Traffic is as it was before"))
        .catch((error: unknown) => notify.failed("The traffic was not moved back", error)),
    );
  }
  return { apply, isPending: mutation.isPending, error: mutation.error, reset: mutation.reset };
}
