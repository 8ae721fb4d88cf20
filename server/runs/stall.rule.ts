const silentMs = 5 * 60_000;
const stuckAtLeastMs = 10 * 60_000;
const stuckSteps = 20;

/**
 * Does the trainer hang? It says something at least every five seconds (its heartbeat has a thread of its own), so five
 * minutes of silence are a dead process; a beating one is stuck when no step came for ten minutes and twenty steps' time.
 */
export function isStalled(since: { eventMs: number; stepMs: number }, lastStepMs: number | null): boolean {
  if (since.eventMs > silentMs) return true;
  return lastStepMs !== null && since.stepMs > Math.max(stuckAtLeastMs, stuckSteps * lastStepMs);
}
