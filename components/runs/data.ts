import type { inferRouterOutputs } from "@trpc/server";
import type { RunStatus } from "#db/enums.ts";
import type { AppRouter } from "#server/router.ts";
import { isAtRest } from "#server/runs/status.rule.ts";

type Outputs = inferRouterOutputs<AppRouter>["runs"];
export type RunRow = Outputs["list"]["items"][number];
export type Run = Outputs["show"];
export type Curves = Outputs["curves"];
export type Plan = Outputs["estimate"];

export const pollMs = 2_000;

/** Does anything still happen to this run by itself? */
export function isMoving(status: RunStatus | undefined): boolean {
  return status !== undefined && !isAtRest(status);
}
