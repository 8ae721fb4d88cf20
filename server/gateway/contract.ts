import type { IncomingMessage, ServerResponse } from "node:http";
import type { Actor, Scope } from "#db/enums.ts";
import type { RetryPolicy } from "#server/gateway/retry.rule.ts";
import type { CallerIds, Target } from "#server/inference/client/target.ts";
import type { Price } from "#server/pricing/price.rule.ts";
import type { CallRecord } from "#server/requests/record.ts";

/** Who presents a key, as the in-memory snapshot (or an internal token) tells it. */
export type CallerKey = {
  /** key id, or the actor of an internal token: what limits and sticky weights count by */
  id: string;
  projectId: string;
  actor: Actor;
  scopes: readonly Scope[];
};

/** One place that can answer a call, and what it calls the model. */
export type Place = { target: Target; model: string };

/** Where a call goes and under which names it is accounted. */
export type Route = {
  deployment: { id: string; name: string } | null;
  revision: { id: string; number: number } | null;
  version: { id: string; name: string; price: Price | null };
  /** best first, never empty */
  places: readonly Place[];
  policy: RetryPolicy;
};

export type RouteRequest = {
  key: CallerKey;
  model: string;
  user: string | null;
  conversation: string | null;
  /** a revision's id or number from `x-forge-revision` */
  pin: string | null;
};

export type CallableModel = { id: string; createdAt: Date; ownedBy: string };

/** What a reply of a target tells, as it comes; exactly one of `ended` and `failed` is called, last. */
export type UpstreamListener = {
  started: (status: number, headers: UpstreamHeaders) => void;
  chunk: (bytes: Buffer) => void;
  ended: () => void;
  failed: (error: Error) => void;
};

export type UpstreamHeaders = {
  contentType: string;
  queueMs: number | null;
  /** known before the usage, which ends a stream */
  promptTokens: number | null;
  retryAfter: string | null;
};

/** A call in flight: slow it down, let it go on, or end it (the target sees the connection close). */
export type UpstreamCall = { pause: () => void; resume: () => void; abort: (reason: Error) => void };

export type Forward = (
  target: Target,
  call: { path: string; headers: readonly string[]; body: string; requestId: string; caller: CallerIds },
  listener: UpstreamListener,
) => UpstreamCall;

/** `headers` are names and values in turn. */
export type Reservation =
  | { granted: true; headers: readonly string[]; settle: (tokens: number) => void }
  | { granted: false; headers: readonly string[]; message: string; retryAfterSeconds: number };

/** Everything the gateway needs from outside; workers/gateway.ts supplies it. */
export type Dependencies = {
  /** null: no such key, or revoked, or expired */
  findKey: (presented: string) => CallerKey | null;
  /** read keys and routes anew, for a key that may be younger than the snapshot */
  confirm: () => Promise<void>;
  /** Throws NOT_FOUND (reason model_not_found) and UNAVAILABLE (no host). */
  route: (request: RouteRequest) => Route;
  /** every name this project can call */
  models: (projectId: string) => readonly CallableModel[];
  findModel: (projectId: string, name: string) => CallableModel | null;
  forward: Forward;
  /** a waiting call's place in its target's queue, about a second old; null when the target does not say */
  positionOf: (target: Target, requestId: string) => Promise<number | null>;
  /** a stream that waits longer for its first token is told so; 0 = never */
  noticeAfterMs: number;
  /** ids on the database's clock, by which the log finds a call's week */
  newRequestId: () => string;
  record: (call: CallRecord) => void;
  reserve: (key: CallerKey) => Reservation;
  /** the database's clock, in milliseconds since 1970 */
  nowMs: () => number;
};

/** What Hono carries through a request: Node's own pair, and who calls. */
export type GatewayEnv = {
  Bindings: { incoming: IncomingMessage; outgoing: ServerResponse };
  Variables: { requestId: string; key: CallerKey };
};
