import { Pool } from "undici";
import { z } from "zod";
import type { Forward, Target, UpstreamCall, UpstreamHeaders, UpstreamListener } from "#server/gateway/contract.ts";
import { CallAborted, UpstreamError } from "#server/gateway/upstream-error.ts";

const connectTimeoutMs = 2_000;
/** first use may have to load a model */
const firstByteTimeoutMs = 300_000;
const silenceTimeoutMs = 120_000;
/** Above what a host takes and lets wait, so that it is the host's fair queue that calls wait in. */
const connectionsPerHost = 4_096;

export type Forwarder = {
  forward: Forward;
  /** a waiting call's place in a host's queue; asked of the host at most once a second for all calls together */
  positionOf: (target: Target, requestId: string) => Promise<number | null>;
  /** calls now in flight on a host: what the choice among replicas goes by */
  inFlight: (hostId: string) => number;
  /** true for two seconds after a host did not take a connection or broke one */
  isSuspect: (hostId: string) => boolean;
  close: () => Promise<void>;
};

const queueFreshMs = 1_000;
const queueWithinMs = 1_000;
const Queue = z.object({ positions: z.record(z.string(), z.int().min(1)) });
const suspectForMs = 2_000;

/** Send calls to inference hosts over kept-alive connections; `bearer` is what every host asks for. */
export function createForwarder(bearer: string): Forwarder {
  const pools = new Map<string, Pool>();
  const inFlight = new Map<string, number>();
  const suspectUntil = new Map<string, number>();

  const poolOf = (origin: string) => {
    let pool = pools.get(origin);
    if (!pool) {
      pool = new Pool(origin, {
        connections: connectionsPerHost,
        connect: { timeout: connectTimeoutMs },
        headersTimeout: firstByteTimeoutMs,
        bodyTimeout: silenceTimeoutMs,
        keepAliveTimeout: 4_000,
      });
      pools.set(origin, pool);
    }
    return pool;
  };

  const count = (hostId: string, by: 1 | -1) => inFlight.set(hostId, (inFlight.get(hostId) ?? 0) + by);

  const forward: Forward = (target, call, listener) => {
    count(target.hostId, 1);
    const watched = once(target, listener, (failed) => {
      count(target.hostId, -1);
      if (failed) suspectUntil.set(target.hostId, performance.now() + suspectForMs);
    });
    const headers = [
      ...["content-type", "application/json", "authorization", `Bearer ${bearer}`],
      ...["accept", "*/*", "x-request-id", call.requestId],
      ...["x-forge-project-id", call.caller.projectId, "x-forge-key-id", call.caller.id],
    ];
    return dispatch(poolOf(target.origin), { path: call.path, body: call.body, headers }, watched);
  };

  const queues = new Map<string, { askedMs: number; positions: Promise<ReadonlyMap<string, number>> }>();
  const positionOf: Forwarder["positionOf"] = async ({ origin }, requestId) => {
    let queue = queues.get(origin);
    if (!queue || performance.now() - queue.askedMs > queueFreshMs) {
      queue = { askedMs: performance.now(), positions: readQueue(poolOf(origin), bearer) };
      queues.set(origin, queue);
    }
    return (await queue.positions).get(requestId) ?? null;
  };

  return {
    forward,
    positionOf,
    inFlight: (hostId) => inFlight.get(hostId) ?? 0,
    isSuspect: (hostId) => (suspectUntil.get(hostId) ?? 0) > performance.now(),
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}

/** Empty when the host does not answer in time, or does not know the question. */
async function readQueue(pool: Pool, bearer: string): Promise<ReadonlyMap<string, number>> {
  try {
    const signal = AbortSignal.timeout(queueWithinMs);
    const headers = { authorization: `Bearer ${bearer}` };
    const { statusCode, body } = await pool.request({ method: "GET", path: "/queue", headers, signal });
    if (statusCode === 200) return new Map(Object.entries(Queue.parse(await body.json()).positions));
    await body.dump();
  } catch {} // a place is told when it is known; the call itself finds out what the host's matter is
  return new Map();
}

/** The listener's last call, whichever it is, also settles the host's account. */
function once(target: Target, listener: UpstreamListener, settle: (failed: boolean) => void): UpstreamListener {
  let settled = false;
  const end = (failed: boolean) => {
    if (settled) return false;
    settled = true;
    settle(failed);
    return true;
  };
  return {
    started: listener.started,
    chunk: listener.chunk,
    ended: () => {
      if (end(false)) listener.ended();
    },
    failed: (error) => {
      if (end(!(error instanceof CallAborted))) listener.failed(asUpstreamError(error, target));
    },
  };
}

function asUpstreamError(error: Error, target: Target): Error {
  if (error instanceof CallAborted || error instanceof UpstreamError) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const where = `the inference host ${target.hostId}`;
  if (code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT")
    return new UpstreamError("timeout", `${where} fell silent`, { cause: error });
  if (["ECONNREFUSED", "UND_ERR_CONNECT_TIMEOUT", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND"].includes(code))
    return new UpstreamError("unreachable", `${where} cannot be reached`, { cause: error });
  return new UpstreamError("broken", `${where} broke the connection`, { cause: error });
}

function dispatch(
  pool: Pool,
  call: { path: string; body: string; headers: string[] },
  listener: UpstreamListener,
): UpstreamCall {
  let abortReason: Error | null = null;
  let controller: { pause: () => void; resume: () => void; abort: (reason: Error) => void } | null = null;
  pool.dispatch(
    { method: "POST", path: call.path, headers: call.headers, body: call.body },
    {
      onRequestStart: (started) => {
        controller = started;
        if (abortReason) started.abort(abortReason);
      },
      onResponseStart: (_controller, status, headers) => {
        if (status >= 200) listener.started(status, upstreamHeaders(headers));
      },
      onResponseData: (_controller, chunk) => listener.chunk(chunk),
      onResponseEnd: () => listener.ended(),
      onResponseError: (_controller, error) => listener.failed(error),
    },
  );
  return {
    pause: () => controller?.pause(),
    resume: () => controller?.resume(),
    abort: (reason) => {
      abortReason ??= reason;
      controller?.abort(reason);
    },
  };
}

function upstreamHeaders(headers: Record<string, string | string[] | undefined>): UpstreamHeaders {
  const text = (name: string) => {
    const value = headers[name];
    return typeof value === "string" ? value : null;
  };
  const amount = (name: string) => {
    const value = Number(text(name) ?? Number.NaN);
    return Number.isFinite(value) && value >= 0 ? value : null;
  };
  const promptTokens = amount("x-forge-prompt-tokens");
  return {
    contentType: text("content-type") ?? "",
    queueMs: amount("x-forge-queue-ms"),
    promptTokens: Number.isSafeInteger(promptTokens) ? promptTokens : null,
    retryAfter: text("retry-after"),
  };
}
