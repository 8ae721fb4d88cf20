import type { inferRouterOutputs } from "@trpc/server";
import { formatSigned } from "#components/ui/format.ts";
import type { ModelSource } from "#db/schema/models.ts";
import type { AppRouter } from "#server/router.ts";

type Models = inferRouterOutputs<AppRouter>["models"];
export type ModelRow = Models["list"]["items"][number];
export type Model = Models["show"];
export type Version = Model["versions"][number];
export type EvalOfVersion = Version["evals"][number];

/** While something moves. */
export const pollMs = 1_500;

/** Where a base came from, in words. */
export function formatSource(source: ModelSource | null): string {
  if (!source) return "unknown";
  if (source.kind === "sample") return "ships with LargeForge";
  if (source.kind === "upload") return `${source.location} uploaded`;
  if (source.kind === "local") return source.location;
  return source.revision ? `${source.location} @ ${source.revision.slice(0, 8)}` : source.location;
}

/** "+81.5 points against nano/1" */
export function formatEval({ headline, baseline }: EvalOfVersion): string | null {
  if (headline?.n === 0) return `no unseen case against ${baseline}`;
  return headline ? `${formatSigned(headline.difference.score * 100)} points against ${baseline}` : null;
}

export function isEvalMoving({ status }: { status: string }): boolean {
  return status === "queued" || status === "running";
}
