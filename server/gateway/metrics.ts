import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Usage } from "#server/inference/client/target.ts";

// OpenTelemetry's GenAI bucket advice, so that our histograms read like every other server's.
const durationBuckets = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const ttftBuckets = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const itlBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2.5];

export type FinishedCall = {
  endpoint: string;
  status: number;
  /** null: refused before its body was read */
  stream: boolean | null;
  totalMs: number;
  ttftMs: number | null;
  /** between content chunks of one choice */
  gapsMs: readonly number[];
  usage: Usage | null;
};

export type GatewayMetrics = ReturnType<typeof createMetrics>;

/** What a gateway knows of itself, read at each scrape. */
export type Observed = {
  snapshotAgeSeconds: number;
  spoolBytes: number;
  droppedRows: number;
  refusedRows: number;
  ownerlessRows: number;
};

/** Sums over what Node's own metrics give by type: gauges that call themselves totals, which Prometheus' lint refuses. */
const misnamed = ["nodejs_active_handles_total", "nodejs_active_requests_total", "nodejs_active_resources_total"];

/** Prometheus metrics of one gateway: one metric per unit, base units, bounded labels, never a key. */
export function createMetrics(observe: () => Observed) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
  const registers = [registry];
  let running = 0;
  const requests = new Counter({
    name: "forge_gateway_requests_total",
    help: "Calls answered or refused",
    registers,
    labelNames: ["endpoint", "status", "stream"] as const,
  });
  new Gauge({
    name: "forge_gateway_requests_running",
    help: "Calls in flight",
    registers,
    collect() {
      this.set(running);
    },
  });
  const duration = new Histogram({
    name: "forge_gateway_request_duration_seconds",
    help: "Received to last byte",
    registers,
    labelNames: ["endpoint"] as const,
    buckets: durationBuckets,
  });
  const ttft = new Histogram({
    name: "forge_gateway_time_to_first_token_seconds",
    help: "Received to first content token, streams only",
    buckets: ttftBuckets,
    registers,
  });
  const itl = new Histogram({
    name: "forge_gateway_inter_token_latency_seconds",
    help: "Every gap between content chunks of a stream",
    buckets: itlBuckets,
    registers,
  });
  const tokens = new Counter({
    name: "forge_gateway_tokens_total",
    help: "Tokens the hosts counted, or sent until the caller left",
    registers,
    labelNames: ["kind"] as const,
  });
  new Gauge({
    name: "forge_gateway_snapshot_age_seconds",
    help: "Since Postgres last confirmed keys and routes",
    registers,
    collect() {
      this.set(observe().snapshotAgeSeconds);
    },
  });
  new Gauge({
    name: "forge_gateway_spool_bytes",
    help: "Finished calls on disk that Postgres has not yet",
    registers,
    collect() {
      this.set(observe().spoolBytes);
    },
  });
  const countedElsewhere = (name: string, help: string, read: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  countedElsewhere("forge_gateway_spool_dropped_rows_total", "Calls the full spool could not keep", () => {
    return observe().droppedRows;
  });
  countedElsewhere("forge_gateway_spool_refused_rows_total", "Calls that Postgres would not take", () => {
    return observe().refusedRows;
  });

  countedElsewhere(
    "forge_gateway_spool_ownerless_rows_total",
    "Calls whose project was deleted before they were logged",
    () => {
      return observe().ownerlessRows;
    },
  );

  // A labelled child is found by hashing its labels; the handful we have is kept instead.
  const counted = new Map<string, ReturnType<typeof requests.labels>>();
  const timed = new Map<string, ReturnType<typeof duration.labels>>();
  const countOf = (endpoint: string, status: number, stream: boolean | null) => {
    const name = `${endpoint} ${status} ${stream}`;
    const child = counted.get(name) ?? requests.labels(endpoint, String(status), String(stream ?? "unknown"));
    counted.set(name, child);
    return child;
  };
  const timerOf = (endpoint: string) => {
    const child = timed.get(endpoint) ?? duration.labels(endpoint);
    timed.set(endpoint, child);
    return child;
  };
  const promptTokens = tokens.labels("prompt");
  const completionTokens = tokens.labels("completion");

  return {
    registry,
    running: () => running,
    started: () => {
      running++;
    },
    finished: (call: FinishedCall) => {
      running--;
      countOf(call.endpoint, call.status, call.stream).inc();
      timerOf(call.endpoint).observe(call.totalMs / 1_000);
      if (call.ttftMs !== null) ttft.observe(call.ttftMs / 1_000);
      for (const ms of call.gapsMs) itl.observe(ms / 1_000);
      if (!call.usage) return;
      promptTokens.inc(call.usage.promptTokens);
      completionTokens.inc(call.usage.completionTokens);
    },
  };
}
