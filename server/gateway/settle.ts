import type { IncomingMessage, ServerResponse } from "node:http";
import type { CallerKey, Dependencies, Reservation, Route } from "#server/gateway/contract.ts";
import type { Head } from "#server/gateway/headers.ts";
import type { Attempt, Ending } from "#server/gateway/job.ts";
import type { GatewayMetrics } from "#server/gateway/metrics.ts";
import type { Ask } from "#server/inference/client/target.ts";
import type { StreamTimer } from "#server/inference/client/timings.rule.ts";
import { costUsdNanos } from "#server/pricing/price.rule.ts";
import type { AttemptRecord } from "#server/requests/record.ts";
import { cutText } from "#server/text/cut-text.rule.ts";

/** What is known of a call so far; filled in as it goes. */
export type Call = {
  requestId: string;
  endpoint: Ask["endpoint"];
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  head: Head;
  /** on the monotonic clock */
  startMs: number;
  timer: StreamTimer;
  key: CallerKey | null;
  reservation: (Reservation & { granted: true }) | null;
  model: string;
  /** null until the body is read */
  stream: boolean | null;
  route: Route | null;
  attempts: Attempt[];
  settled: boolean;
};

const shownAtMost = 256;

/**
 * Give the limits what was really used, count, and append the record: all before the caller sees the end,
 * so a killed gateway loses no finished call. A call that is settled stays so: what breaks afterwards is only logged.
 */
export function settleCall(dependencies: Dependencies, metrics: GatewayMetrics, call: Call, ending: Ending): void {
  if (call.settled) return;
  call.settled = true;
  const { key, route, endpoint, stream } = call;
  const { usage, status } = ending;
  const times = call.timer.done(performance.now(), usage?.completionTokens ?? null);
  const { totalMs } = times;
  const ttftMs = stream ? times.ttftMs : null;
  call.reservation?.settle(usage ? usage.promptTokens + usage.completionTokens : 0);
  metrics.finished({ endpoint, status, stream, totalMs, usage, ttftMs: times.ttftMs, gapsMs: call.timer.gapsMs() });
  if (!key) return;
  const tokens = { prompt: usage?.promptTokens ?? null, completion: usage?.completionTokens ?? null };
  const cost = costUsdNanos(route?.version.price ?? null, tokens)?.toString() ?? null;
  const workload = call.incoming.headers["x-forge-workload"];
  dependencies.record({
    id: call.requestId,
    project_id: key.projectId,
    actor: key.actor,
    endpoint,
    model: cutText(call.model, shownAtMost),
    deployment_id: route?.deployment?.id ?? null,
    revision_id: route?.revision?.id ?? null,
    model_version_id: route?.version.id ?? null,
    workload: typeof workload === "string" ? workload.slice(0, shownAtMost) : null,
    stream: stream === true,
    status,
    error_code: ending.errorCode,
    finish_reason: ending.finishReason,
    attempts: ending.attempts,
    prompt_tokens: tokens.prompt,
    completion_tokens: tokens.completion,
    ttft_ms: rounded(ttftMs),
    itl_p50_ms: rounded(times.itlP50Ms),
    itl_p95_ms: rounded(times.itlP95Ms),
    queue_ms: rounded(ending.queueMs),
    total_ms: rounded(totalMs) ?? 0,
    cost_usd_nanos: cost,
    received_at: new Date(dependencies.nowMs() - totalMs).toISOString(),
    tries: call.attempts.map((attempt, index) =>
      attemptRecord(call, index, attempt, ending, { totalMs, ttftMs, cost }),
    ),
  });
}

type Whole = { totalMs: number; ttftMs: number | null; cost: string | null };

/** An attempt that failed before its first token made nothing that is priced; the last one made the call's. */
function attemptRecord(call: Call, index: number, attempt: Attempt, ending: Ending, whole: Whole): AttemptRecord {
  const startedMs = attempt.startMs - call.startMs;
  const { target, end } = attempt;
  const common = { number: index + 1, host_id: target.id, started_ms: rounded(startedMs) ?? 0 };
  if (end)
    return {
      ...common,
      status: end.status,
      error_code: end.errorCode,
      ttft_ms: null,
      queue_ms: null,
      total_ms: rounded(end.atMs - attempt.startMs) ?? 0,
      cost_usd_nanos: null,
    };
  return {
    ...common,
    status: ending.status,
    error_code: ending.errorCode,
    ttft_ms: rounded(whole.ttftMs === null ? null : whole.ttftMs - startedMs),
    queue_ms: rounded(ending.queueMs),
    total_ms: rounded(whole.totalMs - startedMs) ?? 0,
    cost_usd_nanos: whole.cost,
  };
}

/** Microseconds are the last digits a clock reading means. */
function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 1_000) / 1_000;
}
