import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/router.ts";

type Outputs = inferRouterOutputs<AppRouter>["deployments"];
export type DeploymentRow = Outputs["list"]["items"][number];
export type DeploymentData = Outputs["show"];
export type RevisionData = DeploymentData["revisions"][number];
export type TrafficData = inferRouterOutputs<AppRouter>["requests"]["traffic"];

/** The state of a whole deployment, from the readiness of the revisions that have traffic. */
export function deploymentState(revisions: readonly { weightBps: number; notReady: string | null }[]) {
  const carrying = revisions.filter((revision) => revision.weightBps > 0);
  const ready = carrying.filter((revision) => revision.notReady === null).length;
  if (ready === carrying.length && ready > 0) return "healthy" as const;
  return ready > 0 ? ("degraded" as const) : ("down" as const);
}
