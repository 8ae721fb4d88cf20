import type { ServerResponse } from "node:http";
import type { CallerKey, Dependencies, Forward, Target, UpstreamCall } from "#server/gateway/contract.ts";
import type { Head } from "#server/gateway/headers.ts";
import type { Usage } from "#server/gateway/reply.ts";
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
  hostId: string;
  startMs: number;
  end: { atMs: number; status: number; errorCode: string | null } | null;
};

export type Job = {
  forward: Forward;
  targets: readonly Target[];
  /** the call's attempts so far, which this job adds to */
  attempts: Attempt[];
  outgoing: ServerResponse;
  /** headers so far; the attempt's own are added when the answer begins */
  head: Head;
  timer: StreamTimer;
  requestId: string;
  caller: CallerKey;
  path: string;
  body: string;
  engineModel: string;
  askedModel: string;
  stream: boolean;
  includeUsage: boolean;
  /** send an SSE comment with the gateway's own times before [DONE] */
  timingsWanted: boolean;
  /** a stream that waits longer is told so; 0 = never */
  noticeAfterMs: number;
  positionOf: Dependencies["positionOf"];
  costHeader: (usage: Usage) => string | null;
  /** called once, just before the caller sees the end */
  finish: (ending: Ending) => void;
};

/** The call in flight, so that a caller who leaves ends it. */
export type InFlight = {
  call: UpstreamCall | null;
  left: boolean;
  /** something of the answer has gone to the caller: it cannot move any more */
  begun: boolean;
};

export function leftEnding(attempts: number, usage: Usage | null = null, queueMs: number | null = null): Ending {
  return { status: 499, errorCode: "client_closed_request", finishReason: null, usage, queueMs, attempts };
}
