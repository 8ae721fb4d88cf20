import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/router.ts";

export type PriceRow = inferRouterOutputs<AppRouter>["economics"]["prices"]["items"][number];
