import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/router.ts";

type Projects = inferRouterOutputs<AppRouter>["projects"];
export type MemberRow = Projects["members"]["items"][number];
export type InvitationRow = Projects["invitations"]["items"][number];
