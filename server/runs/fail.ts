import { and, eq, inArray, sql } from "drizzle-orm";
import { runs } from "#db/schema/runs.ts";
import { transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { wordsOfFault } from "#server/fault.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import type { Lease } from "#server/jobs/lease.ts";
import { log } from "#server/log.ts";
import { sourcesOf } from "#server/runs/status.rule.ts";
import { type Failure, TrainerFailure } from "#server/runs/trainer/failure.ts";

/** End a run that this worker holds as failed, with a reason and a remedy. */
export async function failRun(ctx: ProjectJobCtx, runId: string, lease: Lease, failure: Failure): Promise<void> {
  await transact(ctx, async (ctx) => {
    const [failed] = await ctx.db
      .update(runs)
      .set({ status: "failed", error: failure, finishedAt: sql`now()`, leaseHolder: null, etaSeconds: null })
      .where(
        and(
          ...[eq(runs.id, runId), eq(runs.projectId, ctx.projectId), eq(runs.leaseHolder, lease.holder)],
          inArray(runs.status, sourcesOf("failed")),
        ),
      )
      .returning({ id: runs.id });
    if (!failed) return;
    ctx.changed({ action: "runs.train", id: runId, detail: { status: "failed", code: failure.code } });
  });
}

/** What the page shows: a named failure in its own words, a fault of ours with a pointer to the log. */
export function failureOf(error: unknown): Failure {
  if (error instanceof TrainerFailure) return error.failure;
  if (error instanceof DomainError && error.code === "NO_ROOM") {
    return { code: "DISK_FULL", message: error.message, hint: "Then resume this run." };
  }
  if (error instanceof DomainError) return { code: error.reason ?? error.code, message: error.message, hint: null };
  log.error({ err: error }, "runs.failed");
  const message = `the run broke: ${wordsOfFault(error)}`;
  return {
    code: "CRASH",
    message,
    hint: "Resume it: it goes on from the last checkpoint. ./forge logs has the details.",
  };
}
