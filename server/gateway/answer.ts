import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { DomainError } from "#server/errors.ts";
import { attemptCall } from "#server/gateway/attempt.ts";
import { authenticate, requireScope } from "#server/gateway/authenticate.ts";
import type { CallerKey, Dependencies, Reservation, Route, RouteRequest } from "#server/gateway/contract.ts";
import { nameRoute, sendRefusal } from "#server/gateway/headers.ts";
import { mayUse } from "#server/gateway/key.rule.ts";
import type { GatewayMetrics } from "#server/gateway/metrics.ts";
import { type Call, settleCall } from "#server/gateway/settle.ts";
import { type Refusal, refusalOf } from "#server/gateway/wire.ts";
import { readJson } from "#server/http/body.ts";
import { ChatBody, CompletionBody, callBytesAtMost } from "#server/inference/client/input.ts";
import type { Ask, Usage } from "#server/inference/client/target.ts";
import { streamTimer } from "#server/inference/client/timings.rule.ts";
import { log } from "#server/log.ts";
import { costUsdNanos, dollarsOf } from "#server/pricing/price.rule.ts";

const peekedBytesAtMost = 64 * 1024;
const peekedWithinMs = 250;

/**
 * One inference call from first byte to record: key → limits → body → route → host → settle.
 * Writes to Node's own response and never throws. Nothing in here waits for Postgres.
 */
export async function answerCall(
  dependencies: Dependencies,
  metrics: GatewayMetrics,
  endpoint: Ask["endpoint"],
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const startMs = performance.now();
  const requestId = dependencies.newRequestId();
  const call: Call = {
    requestId,
    endpoint,
    incoming,
    outgoing,
    head: ["x-request-id", requestId, "x-content-type-options", "nosniff"],
    startMs,
    timer: streamTimer(startMs),
    key: null,
    reservation: null,
    model: "",
    stream: null,
    route: null,
    attempts: [],
    settled: false,
  };
  metrics.started();
  try {
    await answer(dependencies, metrics, call);
  } catch (error) {
    const refusal = refusalOf(error, call.requestId);
    if (refusal.status === 500) log.error({ err: error, requestId: call.requestId }, "gateway.failed");
    refuse(dependencies, metrics, call, refusal);
  }
}

async function answer(dependencies: Dependencies, metrics: GatewayMetrics, call: Call) {
  const { incoming, outgoing, head, endpoint } = call;
  const key = await authenticate(dependencies, incoming);
  call.key = key;
  requireScope(key, "inference");
  call.reservation = await reserve(dependencies, key, call);
  const schema = endpoint === "/v1/completions" ? CompletionBody : ChatBody;
  const body = schema.parse(await readJson(incoming, callBytesAtMost));
  call.model = body.model;
  call.stream = body.stream === true;
  const user = body.user ?? body.safety_identifier ?? null;
  const route = await findRoute(dependencies, {
    key,
    model: body.model,
    user,
    conversation: conversationOf(body),
    pin: pinOf(incoming, key),
  });
  call.route = route;
  nameRoute(head, route);
  const failure = await attemptCall({
    forward: dependencies.forward,
    places: route.places,
    policy: route.policy,
    attempts: call.attempts,
    begun: false,
    left: false,
    outgoing,
    head,
    timer: call.timer,
    requestId: call.requestId,
    caller: key,
    ask: {
      endpoint,
      body,
      askedModel: body.model,
      stream: body.stream === true,
      includeUsage: body.stream_options?.include_usage === true,
    },
    timingsWanted: incoming.headers["x-forge-timings"] !== undefined,
    noticeAfterMs: dependencies.noticeAfterMs,
    positionOf: dependencies.positionOf,
    costHeader: (usage) => costText(route, usage),
    finish: (ending) => settleCall(dependencies, metrics, call, ending),
  });
  if (!failure) return;
  head.push("x-forge-attempts", String(call.attempts.length));
  refuse(dependencies, metrics, call, failure.refusal);
}

/** A name made a moment ago is looked up anew before it is called unknown. */
async function findRoute(dependencies: Dependencies, request: RouteRequest): Promise<Route> {
  try {
    return dependencies.route(request);
  } catch (error) {
    if (!(error instanceof DomainError && error.code === "NOT_FOUND")) throw error;
    await dependencies.confirm();
    return dependencies.route(request);
  }
}

function costText(route: Route, usage: Usage): string | null {
  const tokens = { prompt: usage.promptTokens, completion: usage.completionTokens };
  const nanos = costUsdNanos(route.version.price, tokens);
  return nanos === null ? null : dollarsOf(nanos);
}

async function reserve(
  dependencies: Dependencies,
  key: CallerKey,
  call: Call,
): Promise<Reservation & { granted: true }> {
  const { head } = call;
  const reservation = dependencies.reserve(key);
  head.push(...reservation.headers);
  if (reservation.granted) return reservation;
  head.push("retry-after", String(reservation.retryAfterSeconds));
  await peek(call);
  throw new DomainError("LIMITED", reservation.message);
}

/** What a refused call wanted, for the log and the counters: only of a small body that is there by now. */
async function peek(call: Call) {
  const bytes = Number(call.incoming.headers["content-length"] ?? Number.NaN);
  if (!(bytes <= peekedBytesAtMost)) return;
  const late = sleep(peekedWithinMs, null, { ref: false });
  const body = await Promise.race([readJson(call.incoming, peekedBytesAtMost).catch(() => null), late]);
  const seen = z.looseObject({ model: z.string().nullish(), stream: z.boolean().nullish() }).safeParse(body);
  if (!seen.success) return;
  call.model = seen.data.model ?? "";
  call.stream = seen.data.stream === true;
}

function conversationOf(body: ChatBody | CompletionBody): string | null {
  const id = body.metadata?.conversation_id;
  return typeof id === "string" ? id : null;
}

/** Only keys that may see deployments choose a revision themselves. */
function pinOf(incoming: IncomingMessage, key: CallerKey): string | null {
  const pin = incoming.headers["x-forge-revision"];
  if (typeof pin !== "string" || pin === "") return null;
  if (mayUse(key.scopes, "deployments:read")) return pin;
  throw new DomainError("FORBIDDEN", "this key lacks the scope deployments:read, which x-forge-revision needs");
}

function refuse(dependencies: Dependencies, metrics: GatewayMetrics, call: Call, refusal: Refusal) {
  const { error } = refusal.body;
  const unused = { finishReason: null, usage: null, queueMs: null, attempts: call.attempts.length };
  settleCall(dependencies, metrics, call, { status: refusal.status, errorCode: error.code ?? error.type, ...unused });
  sendRefusal(call.outgoing, call.head, refusal, call.stream === true);
}
