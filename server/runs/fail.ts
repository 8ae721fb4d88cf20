import { sql } from "drizzle-orm";
import type { runs } from "#db/schema/runs.ts";
import { transact } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import { type LeaseToken, release, type Work } from "#server/jobs/lease.ts";
import { log } from "#server/log.ts";
import { type Failure, TrainerFailure } from "#server/models/python/failure.ts";
import { errorText } from "#server/text/error-text.ts";

/** End a run that this worker holds as failed, with a reason and a remedy. */
export async function failRun(
  ctx: ProjectJobCtx,
  work: Work<typeof runs>,
  claim: LeaseToken,
  failure: Failure,
): Promise<void> {
  const runId = claim.id;
  await transact(ctx, async (ctx) => {
    const end = { status: "failed" as const, error: failure, finishedAt: sql`now()`, etaSeconds: null };
    if (!(await release(ctx, work, claim, end))) return;
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
  const message = `the run broke: ${errorText(error)}`;
  return {
    code: "CRASH",
    message,
    hint: "Resume it: it goes on from the last checkpoint. ./forge logs has the details.",
  };
}
