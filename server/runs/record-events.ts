import { sql } from "drizzle-orm";
import type { RunStatus } from "#db/enums.ts";
import { runEvents, runs } from "#db/schema/runs.ts";
import { transact } from "#server/context.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import { beat, type LeaseToken, ownedBy, release } from "#server/jobs/lease.ts";
import { trainings } from "#server/jobs/leased.ts";
import type { TrainerEvent } from "#server/runs/contract.ts";
import { factsOf, outcomeOf } from "#server/runs/outcome.rule.ts";
import { namingSourceRows } from "#server/runs/source-rows.ts";
import { isFinal } from "#server/runs/status.rule.ts";
import { notifyLive } from "#server/signals/live.ts";

/** What the worker itself has to say between the trainer's events. */
export type WorkerNote = { kind: "started" | "adopted" | "ended" | "stalled"; message: string };

/** `lastWord`: the outcome of a run that was resumed after it had finished; it is stored already. */
type News = {
  events?: readonly TrainerEvent[];
  notes?: readonly WorkerNote[];
  startsAttempt?: boolean;
  lastWord?: TrainerEvent;
};

export type Recorded = { status: RunStatus; attempt: number; attemptLimit: number } | { status: "lost" };

/**
 * Store the trainer's new events and the worker's notes, move the run's facts and status, renew the claim: one
 * transaction, so that a killed worker neither loses nor doubles one. `lost` = another worker follows this run now.
 */
export async function recordEvents(ctx: ProjectJobCtx, claim: LeaseToken, news: News): Promise<Recorded> {
  const runId = claim.id;
  return transact(ctx, async (ctx) => {
    const [run] = await ctx.db.select().from(runs).where(ownedBy(trainings, claim)).for("update");
    if (!run) return { status: "lost" };
    const unseen = (news.events ?? []).filter((event) => event.seq > run.trainerSeq);
    const fresh = await namingSourceRows(ctx, run, unseen);
    const rows = rowsOf(fresh, news.notes ?? []).map((row, i) => ({
      ...row,
      projectId: ctx.projectId,
      runId,
      seq: run.lastSeq + 1 + i,
    }));
    if (rows.length > 0) await ctx.db.insert(runEvents).values(rows);
    const words = news.lastWord ? [...fresh, news.lastWord] : fresh;
    const outcome = outcomeOf(run.status, words);
    const status = outcome?.status ?? run.status;
    const attempt = run.attempt + (news.startsAttempt ? 1 : 0);
    const facts = factsOf(words, attempt);
    const known = {
      ...facts,
      status,
      attempt,
      lastSeq: run.lastSeq + rows.length,
      trainerSeq: fresh.at(-1)?.seq ?? run.trainerSeq,
    };
    if (outcome) {
      const ended = isFinal(status) ? { finishedAt: sql`now()` } : {};
      // its folder is on this machine, so the conversion is best done here
      await release(ctx, trainings, claim, { ...known, error: outcome.error, ...ended }, { here: true });
    } else await beat(ctx, trainings, claim, known);
    if (rows.length > 0) await notifyLive(ctx, `run:${runId}`, { seq: run.lastSeq + rows.length });
    if (outcome) {
      ctx.changed({ action: "runs.train", id: runId, detail: { status, code: outcome.error?.code ?? null } });
      if (status === "converting") ctx.enqueue("runs.convert", { projectId: ctx.projectId, runId });
    }
    return { status, attempt, attemptLimit: facts.attemptLimit ?? run.attemptLimit };
  });
}

/** Ages are taken on this host's clock, which also wrote them, and placed on the database's: skew cancels out. */
function rowsOf(events: readonly TrainerEvent[], notes: readonly WorkerNote[]) {
  const told = events.filter((event) => event.type !== "heartbeat");
  return [
    ...notes.map((note) => ({ type: "worker", body: note, at: sql`now()` })),
    ...told.map(({ v: _v, seq: _seq, t, type, ...body }) => {
      const ageMs = Math.max(0, Date.now() - t * 1000);
      return { type, body, at: sql`now() - interval '1 millisecond' * ${ageMs}` };
    }),
  ];
}
