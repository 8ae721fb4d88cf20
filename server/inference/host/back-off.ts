import { Refusal, refusal } from "#server/inference/host/refusal.ts";
import { log } from "#server/log.ts";

const firstRetryMs = 250;
const lastRetryMs = 30_000;

/** Files that could not be loaded: not tried again at once, the next caller hears the same sentence. */
export function openBackOff() {
  const failed = new Map<string, { failures: number; until: number; message: string }>();
  return {
    /** Throws the Refusal of the last attempt while it is too early for the next. */
    refuse: (baseSha: string) => {
      const last = failed.get(baseSha);
      if (last && performance.now() < last.until) throw unloadable(last.message);
    },
    /** The Refusal to throw for this failure; one that is a Refusal already says nothing about the file. */
    remember: (baseSha: string, cause: unknown): Refusal => {
      if (cause instanceof Refusal) return cause;
      const failures = (failed.get(baseSha)?.failures ?? 0) + 1;
      const message = cause instanceof Error ? cause.message : String(cause);
      failed.set(baseSha, { failures, until: performance.now() + retryMs(failures), message });
      log.warn({ baseSha, failures, message }, "inference.engine_failed");
      return unloadable(message, cause);
    },
    forget: (baseSha: string) => failed.delete(baseSha),
  };
}

/** Doubles from 250 ms to half a minute. */
export function retryMs(failures: number): number {
  return Math.min(lastRetryMs, firstRetryMs * 2 ** (failures - 1));
}

function unloadable(message: string, cause?: unknown) {
  return refusal(503, `the model could not be loaded: ${message}`, { code: "model_unloadable", cause });
}
