import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/router.ts";

type Outputs = inferRouterOutputs<AppRouter>["requests"];
export type RequestRow = Outputs["list"]["items"][number];
export type RequestData = Outputs["show"];
export type SummaryData = Outputs["summary"];

/** `support/3`: the version that answered, or null when none was reached. */
export function versionName(row: Pick<RequestRow, "modelName" | "modelVersion">): string | null {
  return row.modelName === null || row.modelVersion === null ? null : `${row.modelName}/${row.modelVersion}`;
}
