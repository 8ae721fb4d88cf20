import type { RunStatus } from "#db/enums.ts";
import type { TrainerEvent } from "#server/runs/contract.ts";

/** Attempts that may fail one after the other without a new checkpoint. */
export const attemptsWithoutProgress = 5;

type Outcome = { status: RunStatus; error: { code: string; message: string; hint: string | null } | null };

/**
 * Where the trainer's last word moves the run; null while it has not said one. A run that was cancelled and had just
 * finished stays cancelled: resuming it ends it at once; one that was only to pause goes on to its conversion. One that stopped without being asked (the machine went
 * down) goes on when its worker finds it.
 */
export function outcomeOf(status: RunStatus, events: readonly TrainerEvent[]): Outcome | null {
  const last = events.findLast(
    (event) => event.type === "done" || event.type === "error" || event.type === "cancelled",
  );
  if (!last) return null;
  if (last.type === "error") {
    return { status: "failed", error: { code: last.code, message: last.message, hint: last.hint } };
  }
  if (status === "cancelling") return { status: "cancelled", error: null };
  if (status === "pausing" && last.type === "cancelled") return { status: "paused", error: null };
  return last.type === "done" ? { status: "converting", error: null } : null;
}

/** The columns of a run that its newest events move. */
export function factsOf(events: readonly TrainerEvent[], attempt: number) {
  const facts: {
    step?: number;
    totalSteps?: number;
    loss?: number;
    tokensPerSecond?: number;
    etaSeconds?: number | null;
    device?: string;
    trainedTokens?: number;
    trainSeconds?: number;
    attemptLimit?: number;
  } = {};
  for (const event of events) {
    if (event.type === "hello") {
      facts.device = event.device.name;
      facts.step = event.resumedFromStep ?? 0;
    } else if (event.type === "data") facts.totalSteps = event.totalSteps;
    else if (event.type === "metric") {
      const { step, totalSteps, loss, tokensPerSecond, etaSeconds } = event;
      Object.assign(facts, { step, totalSteps, loss, tokensPerSecond, etaSeconds });
    } else if (event.type === "checkpoint") facts.attemptLimit = attempt + attemptsWithoutProgress;
    else if (event.type === "done") {
      Object.assign(facts, { step: event.steps, trainedTokens: event.trainedTokens, trainSeconds: event.seconds });
      facts.etaSeconds = null;
    } else if (event.type === "cancelled" || event.type === "error") facts.etaSeconds = null;
  }
  return facts;
}
