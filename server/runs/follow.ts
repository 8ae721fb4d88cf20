import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { heldRunStatuses } from "#db/enums.ts";
import type { runs } from "#db/schema/runs.ts";
import type { ProjectJobCtx } from "#server/jobs/context.ts";
import { heartbeatEveryMs } from "#server/jobs/lease.ts";
import { onceDatabaseIsBack } from "#server/jobs/reconnect.ts";
import { TrainerFailure } from "#server/models/python/failure.ts";
import { isAlive, type ProcessRef } from "#server/process.ts";
import type { TrainerEvent } from "#server/runs/contract.ts";
import { type Recorded, recordEvents } from "#server/runs/record-events.ts";
import { isStalled } from "#server/runs/stall.rule.ts";
import { askToStop, findTrainer, lastWords, type RunFolder } from "#server/runs/trainer/folder.ts";
import { killTrainer, startTrainer } from "#server/runs/trainer/spawn.ts";
import { createTail } from "#server/runs/trainer/tail.ts";

const pollMs = 250;

type Followed = { ctx: ProjectJobCtx; run: typeof runs.$inferSelect; folder: RunFolder };

/**
 * See a run through to the trainer's last word: adopt the trainer that lives, or start one, which resumes from its
 * newest complete checkpoint; store what it tells; pass a cancel or a pause on; start it again when it was killed. Ends quietly
 * when another worker took over. When `signal` fires it throws and leaves the trainer running, for a successor to adopt.
 */
export async function followRun({ ctx, run, folder }: Followed, signal: AbortSignal): Promise<void> {
  const tail = createTail(folder.events);
  const record = (news: Parameters<typeof recordEvents>[2]) =>
    onceDatabaseIsBack(() => recordEvents(ctx, run, news), signal);
  let trainer = await findTrainer(folder);
  let state: Recorded = await record(trainer ? { notes: [adopted(trainer)] } : {});
  let last: TrainerEvent | null = null;
  let told = performance.now();
  let heard = performance.now();
  let stepped = performance.now();
  let stepMs: number | null = null;
  let asked = false;

  while (isGoingOn(state)) {
    signal.throwIfAborted();
    const alive = trainer !== null && isAlive(trainer);
    const events = await tail.read(); // after the look at the process: a dead one has said its last word by now
    const now = performance.now();
    if (events.length > 0) heard = now;
    for (const event of events) {
      last = event;
      if (event.type === "metric") [stepped, stepMs] = [now, event.stepMs];
      if (event.type === "phase") [stepped, stepMs] = [now, null];
    }
    if (events.length > 0 || now - told > heartbeatEveryMs) {
      state = await record({ events });
      told = now;
      continue;
    }
    if (state.status !== "running" && !asked) {
      await askToStop(folder);
      asked = true;
    }
    if (trainer && alive) {
      if (isStalled({ eventMs: now - heard, stepMs: now - stepped }, stepMs)) {
        killTrainer(run.id, trainer);
        state = await record({ notes: [{ kind: "stalled", message: "the trainer stopped answering and was ended" }] });
      }
      await sleep(pollMs, undefined, { signal });
      continue;
    }
    if (trainer) killTrainer(run.id, trainer); // its children, if it left any
    trainer = await findTrainer(folder);
    if (trainer) continue;
    if (last?.type === "done") {
      state = await record({ lastWord: last }); // resumed after it had finished
      continue;
    }
    if (state.attempt >= state.attemptLimit) throw await exhausted(state.attempt, folder);
    if (!asked && state.status === "running") await rm(folder.cancel, { force: true });
    state = await record({ startsAttempt: true, notes: [starting(state.attempt, last)] });
    if (isGoingOn(state)) trainer = await startTrainer(run.id, folder);
    [heard, stepped, stepMs] = [performance.now(), performance.now(), null];
  }
}

function isGoingOn(state: Recorded): state is Exclude<Recorded, { status: "lost" }> {
  return heldRunStatuses.some((status) => status === state.status);
}

function adopted({ pid }: ProcessRef) {
  return { kind: "adopted" as const, message: `the worker was replaced; the trainer (process ${pid}) went on` };
}

function starting(attempts: number, last: TrainerEvent | null) {
  const again = last
    ? `, again after ${last.type === "cancelled" ? "it was stopped" : "it had ended without a word"}`
    : "";
  return { kind: "started" as const, message: attempts === 0 ? "the trainer started" : `the trainer started${again}` };
}

async function exhausted(attempts: number, folder: RunFolder) {
  const words = await lastWords(folder);
  return new TrainerFailure({
    code: "KILLED",
    message: `the trainer was ended from outside ${attempts} times without getting further`,
    hint: `Most often the machine is out of memory: halve the batch size, then resume.${words ? ` Its last words: ${words}` : ""}`,
  });
}
