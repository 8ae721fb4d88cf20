import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/router.ts";

type Projects = inferRouterOutputs<AppRouter>["projects"];
export type MemberRow = Projects["members"][number];
export type InvitationRow = Projects["invitations"][number];
