import { and, eq, sql } from "drizzle-orm";
import { datasetVersions } from "#db/schema/datasets.ts";
import { evals, scores, suites } from "#db/schema/evals.ts";
import { transact } from "#server/context.ts";
import { apiUrl } from "#server/env.ts";
import { type Answer, ask, type Gateway } from "#server/evals/ask.ts";
import type { EvalCase } from "#server/evals/case.rule.ts";
import { finishEval } from "#server/evals/finish.ts";
import { grade } from "#server/evals/graders.rule.ts";
import { readCases } from "#server/evals/read-cases.ts";
import { targetsOf } from "#server/evals/targets.ts";
import { casesTrainedOn, type TrainedOn } from "#server/evals/trained-on.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import { beat, type Claim, claim, isLeaseLost, keepBeating, leaseLost, release } from "#server/jobs/lease.ts";
import { evaluations } from "#server/jobs/leased.ts";
import { onceDatabaseIsBack } from "#server/jobs/reconnect.ts";
import { mintInternalToken } from "#server/keys/internal-token.ts";
import { log } from "#server/log.ts";
import { findVersion } from "#server/models/find-version.ts";
import { notifyLive } from "#server/signals/live.ts";
import { errorText } from "#server/text/error-text.ts";
import { storableJson } from "#server/text/stored-text.rule.ts";

const parallel = 4;
const tokenSeconds = 900;
const renewTokenMs = 600_000;
/** Open pages hear of answers this often at most: every page asks again for all that has changed. */
const tellEveryMs = 1_000;

type Suite = typeof suites.$inferSelect;
type Target = { id: string; name: string; isBaseline: boolean };
type Side = Target & TrainedOn;

/**
 * Ask every target each case of the suite and keep each answer with its marks, then compare.
 * Safe to run twice and after a kill: cases that have a score are not asked again. A restart of the database is
 * waited for.
 */
export async function runEval(
  ctx: ProjectJobCtx,
  { evalId }: { evalId: string },
  signal: AbortSignal,
): Promise<{ outcome: string }> {
  const claimed = await claim(ctx, evaluations, evalId, {
    set: { status: "running", startedAt: sql`coalesce(${evals.startedAt}, now())` },
  });
  if (!claimed) return { outcome: "refused" };
  const heart = keepBeating(() => beat(ctx, evaluations, claimed)); // a cancelled eval stops asking
  const both = AbortSignal.any([signal, heart.lost]);
  const progress = tellProgress(() => notifyLive(ctx, `project:${ctx.projectId}`, { kind: "evals", id: claimed.id }));
  try {
    const { suite, source, targets, done } = await onceDatabaseIsBack(() => load(ctx, claimed), both);
    const { cases } = await readCases(ctx.storage, source, suite.split, suite.maxCases);
    const sides = await onceDatabaseIsBack(() => withTraining(ctx, targets, cases, both), both);
    const gateway = { apiUrl: apiUrl(), token: tokenSource(ctx, both), plain: new Set<string>() };
    await answerAll(ctx, { claimed, suite, cases, sides, done, gateway, progress, signal: both });
    const asked = { cases: cases.length, sides };
    const ended = await onceDatabaseIsBack(() => finishEval(ctx, claimed, suite, asked), both);
    return { outcome: ended ? "succeeded" : "cancelled" };
  } catch (error) {
    if (signal.aborted) {
      await release(ctx, evaluations, claimed); // the successor need not wait until it looks abandoned
      return { outcome: "stopped" };
    }
    if (heart.lost.aborted || isLeaseLost(error)) return { outcome: "cancelled" };
    const message = errorText(error);
    await onceDatabaseIsBack(() => fail(ctx, claimed, message), signal);
    throw error;
  } finally {
    heart.stop();
    await progress.end();
  }
}

type Progress = ReturnType<typeof tellProgress>;

/** Tell at most once a second, and always of the last answer. A notice that is lost is made up for by the next one, or by the end's. */
function tellProgress(tell: () => Promise<void>) {
  let timer: NodeJS.Timeout | null = null;
  let lastMs = Number.NEGATIVE_INFINITY;
  const send = async () => {
    timer = null;
    lastMs = performance.now();
    await tell().catch((error: unknown) => log.warn({ err: error }, "evals.progress_untold"));
  };
  return {
    answered: () => {
      timer ??= setTimeout(() => void send(), Math.max(0, lastMs + tellEveryMs - performance.now())); // never rejects
    },
    end: async () => {
      if (!timer) return;
      clearTimeout(timer);
      await send();
    },
  };
}

/** What to ask of whom, and which cases have a score already. */
async function load(ctx: ProjectJobCtx, claimed: Claim<typeof evals>) {
  const [row] = await ctx.db
    .select({ suite: suites, source: datasetVersions })
    .from(suites)
    .innerJoin(datasetVersions, eq(datasetVersions.id, suites.datasetVersionId))
    .where(and(eq(suites.id, claimed.suiteId), eq(suites.projectId, ctx.projectId)));
  if (!row) throw new Error(`the suite ${claimed.suiteId} is gone`);
  const found = await targetsOf(ctx, claimed.id);
  const targets: Target[] = [];
  for (const { versionId, isBaseline } of found) {
    const { id, name } = await findVersion(ctx, versionId, "version");
    targets.push({ id, name, isBaseline });
  }
  const known = await ctx.db
    .select({ version: scores.modelVersionId, index: scores.caseIndex })
    .from(scores)
    .where(and(eq(scores.projectId, claimed.projectId), eq(scores.evalId, claimed.id)));
  return { ...row, targets, done: new Set(known.map((score) => `${score.version} ${score.index}`)) };
}

/** The targets with the cases that each was trained on. */
async function withTraining(
  ctx: ProjectJobCtx,
  targets: readonly Target[],
  cases: readonly EvalCase[],
  signal: AbortSignal,
): Promise<Side[]> {
  const sides: Side[] = [];
  for (const target of targets) sides.push({ ...target, ...(await casesTrainedOn(ctx, target.id, cases, signal)) });
  return sides;
}

function tokenSource(ctx: ProjectJobCtx, signal: AbortSignal) {
  let current: { token: Promise<string>; madeAt: number } | null = null;
  return () => {
    if (!current || performance.now() - current.madeAt > renewTokenMs) {
      const grant = {
        projectId: ctx.projectId,
        actor: "system:evals" as const,
        scopes: ["inference" as const],
        ttlSeconds: tokenSeconds,
      };
      const token = onceDatabaseIsBack(() => mintInternalToken(ctx, grant), signal);
      current = { token, madeAt: performance.now() };
    }
    return current.token;
  };
}

type Work = {
  claimed: Claim<typeof evals>;
  suite: Suite;
  cases: EvalCase[];
  sides: Side[];
  done: Set<string>;
  gateway: Gateway;
  progress: Progress;
  signal: AbortSignal;
};

async function answerAll(ctx: ProjectJobCtx, work: Work) {
  // All targets meet a case one after the other, so that a cancelled eval still holds whole pairs.
  const open = work.cases.flatMap((one, index) =>
    work.sides.filter((side) => !work.done.has(`${side.id} ${index}`)).map((side) => ({ one, index, side })),
  );
  const queue = open.values();
  const worker = async () => {
    for (const { one, index, side } of queue) {
      work.signal.throwIfAborted();
      const question = { model: side.name, messages: one.prompt, maxTokens: work.suite.maxTokens };
      const answer = await ask(work.gateway, question, work.signal);
      await onceDatabaseIsBack(() => keep(ctx, work, side, index, one, answer), work.signal);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: parallel }, worker));
  const broken = ends.find((end) => end.status === "rejected");
  if (broken) throw broken.reason; // only when nobody writes any more
}

async function keep(ctx: ProjectJobCtx, work: Work, side: Side, index: number, one: EvalCase, answer: Answer) {
  const marks = work.suite.graders.map((grader) => ({
    name: grader.name,
    ...grade(grader, one.reference, answer.output),
  }));
  await transact(ctx, async (ctx) => {
    const kept = await ctx.db
      .insert(scores)
      .values({
        projectId: ctx.projectId,
        evalId: work.claimed.id,
        modelVersionId: side.id,
        caseIndex: index,
        ...storableJson({ ...one, ...answer }),
        marks: Object.fromEntries(marks.map(({ name, mark }) => [name, mark])),
        passed: marks[0]?.passed ?? false,
        trainedOn: side.seen.has(index),
      })
      .onConflictDoNothing()
      .returning({ index: scores.caseIndex });
    const counted = { casesDone: sql`${evals.casesDone} + ${kept.length}` };
    if (!(await beat(ctx, evaluations, work.claimed, counted))) throw leaseLost(); // and the score is not kept
  });
  work.progress.answered();
}

async function fail(ctx: ProjectJobCtx, claimed: Claim<typeof evals>, message: string) {
  await transact(ctx, async (ctx) => {
    const error = { code: "FAILED", message };
    const failed = await release(ctx, evaluations, claimed, { status: "failed", error, finishedAt: sql`now()` });
    if (failed) ctx.changed({ action: "evals.finish", id: claimed.id, detail: { status: "failed" } });
  });
}
