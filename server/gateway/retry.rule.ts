/** What came of an attempt that gave no answer. */
export type Outcome =
  /** the call itself is wrong */
  | "invalid"
  /** this caller asks too much of this target */
  | "limited"
  | "busy"
  /** the target does not accept this gateway */
  | "unauthorized"
  /** the target does not have the model */
  | "missing"
  | "timeout"
  | "unreachable"
  /** an answer that broke off or makes no sense */
  | "broken"
  | "failed"
  /** another attempt answered first */
  | "overtaken"
  /** the caller went away */
  | "left";

/** Whether another attempt may do better: not at all, at another target, or at the same one too. */
const worth: Record<Outcome, "never" | "elsewhere" | "anywhere"> = {
  invalid: "never",
  limited: "elsewhere", // a flood is not answered by knocking again; another target may have room
  busy: "anywhere",
  unauthorized: "elsewhere",
  missing: "elsewhere",
  timeout: "elsewhere",
  unreachable: "anywhere",
  broken: "anywhere",
  failed: "elsewhere",
  overtaken: "never",
  left: "never",
};

/** An attempt as far as the next step depends on it; `end` is null while it goes on. Times on one monotonic clock. */
export type Tried = { target: { id: string }; startMs: number; end: { outcome: Outcome } | null };

export type RetryPolicy = {
  attemptsAtMost: number;
  /** before a target is asked again; grows with the attempts */
  backoffMs: number;
  /** an attempt without a first token after so long is joined by one at another target; null = never */
  hedgeAfterMs: number | null;
};

export const plainRetries: RetryPolicy = { attemptsAtMost: 3, backoffMs: 100, hedgeAfterMs: null };

/** `place` is an index into the call's places, `afterMs` counts from now. */
export type NextStep =
  /** ask there */
  | { do: "next"; place: number; afterMs: number }
  /** ask there as well, unless the attempt that goes on has answered by then */
  | { do: "hedge"; place: number; afterMs: number }
  /** begin no further attempt */
  | { do: "stop" };

const stop: NextStep = { do: "stop" };

/**
 * What to do after `attempts` at `places` (best first, never empty). `begun`: something of an answer has gone to the
 * caller, who can no longer be moved.
 */
export function decideNext(
  attempts: readonly Tried[],
  places: readonly { target: { id: string } }[],
  policy: RetryPolicy,
  now: { begun: boolean; nowMs: number },
): NextStep {
  const last = attempts.at(-1);
  if (!last) return { do: "next", place: 0, afterMs: 0 };
  if (now.begun || attempts.length >= policy.attemptsAtMost) return stop;
  const place = attempts.length % places.length;
  const open = attempts.filter((attempt) => attempt.end === null);
  if (open.length > 0) {
    const isElsewhere = open.every((attempt) => attempt.target.id !== places[place]?.target.id);
    if (policy.hedgeAfterMs === null || open.length > 1 || !isElsewhere) return stop;
    const startMs = open[0]?.startMs ?? now.nowMs;
    return { do: "hedge", place, afterMs: Math.max(0, startMs + policy.hedgeAfterMs - now.nowMs) };
  }
  const failed = worth[last.end?.outcome ?? "left"];
  if (failed === "never" || (failed === "elsewhere" && places.length === 1)) return stop;
  return { do: "next", place, afterMs: attempts.length >= places.length ? policy.backoffMs * attempts.length : 0 };
}
