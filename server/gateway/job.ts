import type { ServerResponse } from "node:http";
import type { CallerKey, Dependencies, Forward, Place, UpstreamCall } from "#server/gateway/contract.ts";
import type { Head } from "#server/gateway/headers.ts";
import type { Outcome, RetryPolicy } from "#server/gateway/retry.rule.ts";
import { CallAborted } from "#server/gateway/upstream-error.ts";
import type { Ask, Target, Usage } from "#server/inference/client/target.ts";
import type { StreamTimer } from "#server/inference/client/timings.rule.ts";

/** How a call ended, for its record. */
export type Ending = {
  status: number;
  errorCode: string | null;
  finishReason: string | null;
  usage: Usage | null;
  queueMs: number | null;
  attempts: number;
};

/** One attempt of a call, on the monotonic clock; `end` is null while it goes on: then the call's own end is its end. */
export type Attempt = {
  target: Target;
  startMs: number;
  end: { atMs: number; status: number; errorCode: string | null; outcome: Outcome } | null;
  /** its request in flight */
  upstream: UpstreamCall | null;
};

export type Job = {
  forward: Forward;
  places: readonly Place[];
  policy: RetryPolicy;
  /** the call's attempts so far, which this job adds to */
  attempts: Attempt[];
  /** something of an answer has gone to the caller: the call cannot move any more */
  begun: boolean;
  /** the caller has gone */
  left: boolean;
  outgoing: ServerResponse;
  /** headers so far; the answer's own are added when it begins */
  head: Head;
  timer: StreamTimer;
  requestId: string;
  caller: CallerKey;
  ask: Omit<Ask, "model">;
  /** send an SSE comment with the gateway's own times before [DONE] */
  timingsWanted: boolean;
  /** a stream that waits longer is told so; 0 = never */
  noticeAfterMs: number;
  positionOf: Dependencies["positionOf"];
  costHeader: (usage: Usage) => string | null;
  /** called once, just before the caller sees the end */
  finish: (ending: Ending) => void;
};

/** This attempt answers: the caller stays with it, and any other is given up. */
export function beginAnswer(job: Job, attempt: Attempt): void {
  job.begun = true;
  for (const other of job.attempts) {
    if (other === attempt || other.end) continue;
    other.end = { atMs: performance.now(), status: 499, errorCode: "overtaken", outcome: "overtaken" };
    other.upstream?.abort(new CallAborted("another attempt answered first"));
  }
}

export function leftEnding(attempts: number, usage: Usage | null = null, queueMs: number | null = null): Ending {
  return { status: 499, errorCode: "client_closed_request", finishReason: null, usage, queueMs, attempts };
}
