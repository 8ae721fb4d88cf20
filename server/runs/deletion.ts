import { and, eq, sql } from "drizzle-orm";
import { artifacts, models, modelVersions } from "#db/schema/models.ts";
import { runEvents, runs } from "#db/schema/runs.ts";
import type { Ctx } from "#server/context.ts";
import { type Deletion, formatCount, lines } from "#server/deletion.rule.ts";
import { awaitsRegistration } from "#server/jobs/lost.ts";
import { isFinal } from "#server/runs/status.rule.ts";

type Run = typeof runs.$inferSelect;

/** What deleting a run would do; `made` is the version that it became, a deleted one too. */
export async function runDeletion(
  ctx: Pick<Ctx, "db" | "projectId">,
  run: Run,
): Promise<Deletion & { made: { id: string } | null; artifactIds: string[]; resultFileId: string | null }> {
  const [made] = await ctx.db
    .select({
      id: modelVersions.id,
      name: sql<string>`${models.name} || '/' || ${modelVersions.version}`,
      deletedAt: modelVersions.deletedAt,
    })
    .from(modelVersions)
    .innerJoin(models, eq(models.id, modelVersions.modelId))
    .where(and(eq(modelVersions.runId, run.id), eq(modelVersions.projectId, ctx.projectId)));
  const left = await ctx.db
    .select({ id: artifacts.id, bytes: artifacts.bytes })
    .from(artifacts)
    .where(and(eq(artifacts.runId, run.id), eq(artifacts.projectId, ctx.projectId)));
  const events = await ctx.db.$count(runEvents, eq(runEvents.runId, run.id));
  const lives = made && !made.deletedAt;
  const registering = await ctx.db.$count(runs, and(eq(runs.id, run.id), awaitsRegistration(ctx)));
  const unregistered = run.status === "succeeded" && !made;
  return {
    id: run.id,
    name: run.name,
    dear: run.status === "succeeded" && Boolean(lives),
    blockers: lines(
      !isFinal(run.status) && waitFor(run.status),
      registering > 0 && "what it made is being registered as a model version: try again in a moment",
    ),
    effects: lines(
      `Its curves, log and checkpoints are deleted (${formatCount(events, "event")}); it can no longer be resumed or opened`,
      unregistered && "What it made never became a model version: its adapter is deleted too",
      lives && `${made.name} stays with its weights; its lineage still names the run, its data and its settings`,
    ),
    bytes: made ? 0 : left.reduce((sum, artifact) => sum + artifact.bytes, 0),
    made: made ? { id: made.id } : null,
    resultFileId: run.resultFileId,
    artifactIds: made ? [] : left.map((artifact) => artifact.id),
  };
}

function waitFor(status: Run["status"]): string {
  if (status === "converting") return "it has finished training and is being converted: wait until it has succeeded";
  if (status === "cancelling") return "it is saving its last checkpoint: wait until it is cancelled";
  if (status === "pausing") return "it is saving a checkpoint: wait until it is paused, then cancel it";
  return `it is ${status}: cancel it first`;
}
