import { sql } from "drizzle-orm";
import { idBody } from "#db/ids.ts";
import type { Ctx } from "#server/context.ts";
import { DomainError } from "#server/errors.ts";
import { findJob, runIdOf } from "#server/gateway/control/jobs/find.ts";
import type { PageQuery } from "#server/gateway/control/jobs/input.ts";
import { keptSteps } from "#server/runs/trainer/checkpoints.ts";

type CheckpointRow = { step: number; at: string; trainLoss: number | null; validLoss: number | null; last: boolean };

/**
 * A job's checkpoints in OpenAI's shape, newest first → `{items, hasMore}`; a step that was done again after a crash
 * counts once. `train_loss` is the step's own, `valid_loss` that of the last validation up to it; both in nats per token.
 * Only the last checkpoint of a job that has succeeded is a model, so the others have no `fine_tuned_model_checkpoint`;
 * of them those that were removed from the disk are left out, though one may still go on `after` them.
 * Throws NOT_FOUND, also for an `after` that is none of them.
 */
export async function listJobCheckpoints(ctx: Ctx, jobId: string, { after, limit }: PageQuery) {
  const job = await findJob(ctx, jobId);
  const runId = runIdOf(job.id);
  const idOf = (step: number) => `ftckpt-${idBody(runId)}-${step}`;
  const of = (type: string) => sql`run_events where run_id = ${runId} and project_id = ${ctx.projectId}
    and type = ${type}`;
  const found = await ctx.db.execute<CheckpointRow>(sql`
    with steps as (select distinct on (step) * from
      (select (body->>'step')::int as step, at, seq from ${of("checkpoint")}) each order by step, seq desc)
    select step, at::text as at, step = max(step) over () as last,
      (select (body->>'loss')::float8 from ${of("metric")} and (body->>'step')::int = steps.step
        order by seq desc limit 1) as "trainLoss",
      (select (body->>'loss')::float8 from ${of("eval")} and (body->>'step')::int <= steps.step
        order by (body->>'step')::int desc, seq desc limit 1) as "validLoss"
    from steps order by step desc`);
  const rows = [...found];
  const from = after === undefined ? 0 : rows.findIndex(({ step }) => idOf(step) === after) + 1;
  if (after !== undefined && from === 0)
    throw new DomainError("NOT_FOUND", `there is no checkpoint ${after}`, { field: "after" });
  const kept = await keptSteps(runId);
  const isThere = ({ step, last }: CheckpointRow) => !kept || kept.has(step) || (last && job.fine_tuned_model !== null);
  const there = rows.slice(from).filter(isThere);
  const items = there.slice(0, limit).map(({ step, at, trainLoss, validLoss, last }) => ({
    object: "fine_tuning.job.checkpoint",
    id: idOf(step),
    created_at: Math.floor(new Date(at).getTime() / 1_000),
    fine_tuned_model_checkpoint: last ? job.fine_tuned_model : null,
    fine_tuning_job_id: job.id,
    metrics: { step, train_loss: trainLoss, valid_loss: validLoss },
    step_number: step,
  }));
  return { items, hasMore: there.length > limit };
}
