import { sql } from "drizzle-orm";
import type { Ctx } from "#server/context.ts";
import { findRun } from "#server/runs/find-run.ts";
import type { RunCurves } from "#server/runs/input.ts";

const mostPoints = 1_000;
const mostSteps = 2 ** 31 - 1;

export type TrainPoint = {
  step: number;
  loss: number;
  learningRate: number | null;
  gradNorm: number | null;
  tokensPerSecond: number | null;
};

/**
 * A run's curves by step → `{train, validation, resumes, trainedTokens, lastSeq}`, at most 1,000 training points: every k-th step of the part asked for and its
 * last. A step that was done again after a crash counts as it was done last. `trainedTokens`: up to
 * the last step that told them, null when none has. `lastSeq` is where live events go on.
 */
export async function runCurves(ctx: Ctx, { runId, from = 0, to }: RunCurves) {
  const run = await findRun(ctx, runId);
  const of = (type: string) =>
    sql`run_events where run_id = ${run.id} and project_id = ${ctx.projectId} and type = ${type}
      and seq <= ${run.lastSeq}`;
  const number = (key: string) => sql`(body->>${key})::float8`;
  const last = Math.min(to ?? run.step, run.step);
  const every = Math.max(1, Math.ceil(Math.max(last - from, 1) / mostPoints));
  const within = sql`step >= ${from} and step <= ${to ?? mostSteps}`;
  const train = await ctx.db.execute<TrainPoint>(sql`
    select distinct on (step) * from (select (body->>'step')::int as step, ${number("loss")} as loss,
      ${number("learningRate")} as "learningRate", ${number("gradNorm")} as "gradNorm",
      ${number("tokensPerSecond")} as "tokensPerSecond", seq from ${of("metric")}) points
    where ${within} and (step % ${every} = 0 or step = 1 or step = ${last}) order by step, seq desc`);
  const validation = await ctx.db.execute<{ step: number; loss: number }>(sql`
    select distinct on (step) * from (select (body->>'step')::int as step, ${number("loss")} as loss, seq
      from ${of("eval")}) points where ${within} order by step, seq desc limit ${mostPoints}`);
  const resumes = await ctx.db.execute<{ step: number }>(sql`
    select (body->>'resumedFromStep')::int as step from ${of("hello")} and body->>'resumedFromStep' is not null`);
  const [told] = await ctx.db.execute<{ tokens: number }>(sql`
    select (body->>'trainedTokens')::float8 as tokens from ${of("metric")} and body->>'trainedTokens' is not null
    order by seq desc limit 1`);
  const point = ({ step, loss, learningRate, gradNorm, tokensPerSecond }: TrainPoint): TrainPoint => ({
    step,
    loss,
    learningRate,
    gradNorm,
    tokensPerSecond,
  });
  return {
    train: [...train].map(point),
    validation: [...validation].map(({ step, loss }) => ({ step, loss })),
    resumes: [...resumes].map(({ step }) => ({ step })),
    trainedTokens: told?.tokens ?? null,
    lastSeq: run.lastSeq,
  };
}
