import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/router.ts";

export type KeyRow = inferRouterOutputs<AppRouter>["keys"]["list"]["items"][number];
/** A key just made, with the secret that is shown once. */
export type NewKey = inferRouterOutputs<AppRouter>["keys"]["create"];
