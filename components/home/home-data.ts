import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/router.ts";

export type HomeData = inferRouterOutputs<AppRouter>["ops"]["home"];

/** All six done: from here on the page shows how things are, not what to do first. */
export function stepsLeft(steps: HomeData["steps"]) {
  return Object.values(steps).filter((step) => step === null).length;
}
