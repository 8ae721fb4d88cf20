import { setTimeout as sleep } from "node:timers/promises";
import { log } from "#server/log.ts";

const firstWaitMs = 250;
const longestWaitMs = 5_000;
const patienceMs = 15 * 60_000;

/** How postgres.js and the server say that the connection is gone, not that the query is wrong. */
const lostCodes = new Set([
  ...["CONNECTION_CLOSED", "CONNECTION_ENDED", "CONNECTION_DESTROYED", "CONNECT_TIMEOUT"],
  ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "57P01", "57P02", "57P03", "08006", "08003", "08001"],
]);

/**
 * Do a database step of a long job, again when the database was away in the meantime: a restart must not end an hour of
 * training. The step must be safe to repeat. Gives up after 15 minutes, or when `signal` fires.
 */
export async function onceDatabaseIsBack<T>(step: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const from = performance.now();
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(longestWaitMs, waitMs * 2)) {
    try {
      return await step();
    } catch (error) {
      if (!isConnectionLost(error) || signal.aborted || performance.now() - from > patienceMs) throw error;
      log.warn({ err: error, waitMs }, "jobs.database_away");
      await sleep(waitMs);
    }
  }
}

/** Drizzle wraps the driver's error, so causes count too. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("code" in error && typeof error.code === "string" && lostCodes.has(error.code)) return true;
  if (error instanceof AggregateError && error.errors.some(isConnectionLost)) return true;
  return isConnectionLost(error.cause);
}
