import { Pool } from "undici";
import { z } from "zod";
import type { Forward, UpstreamCall, UpstreamHeaders, UpstreamListener } from "#server/gateway/contract.ts";
import { CallAborted, UpstreamError } from "#server/gateway/upstream-error.ts";
import type { Target } from "#server/inference/client/target.ts";

export type Forwarder = {
  forward: Forward;
  /** a waiting call's place in a host's queue; asked of the host at most once a second for all calls together */
  positionOf: (target: Target, requestId: string) => Promise<number | null>;
  /** calls now in flight at a target: what the choice among replicas goes by */
  inFlight: (targetId: string) => number;
  /** true for two seconds after a target did not take a connection or broke one */
  isSuspect: (targetId: string) => boolean;
  close: () => Promise<void>;
};

const queueFreshMs = 1_000;
const queueWithinMs = 1_000;
const Queue = z.object({ positions: z.record(z.string(), z.int().min(1)) });
const suspectForMs = 2_000;

type Kept = { target: Target; pool: Pool };

/** Would a pool of one serve the other as well? */
function isSamePlace(one: Target, other: Target): boolean {
  const placeOf = ({ origin, timeouts, limits }: Target) =>
    [origin, timeouts.connectMs, timeouts.firstByteMs, timeouts.silenceMs, limits.connections].join(" ");
  return placeOf(one) === placeOf(other);
}

/** Send calls to targets over kept-alive connections. */
export function createForwarder(): Forwarder {
  const pools = new Map<string, Kept>();
  const inFlight = new Map<string, number>();
  const suspectUntil = new Map<string, number>();

  const poolOf = (target: Target) => {
    const kept = pools.get(target.id);
    if (kept?.target === target) return kept.pool;
    if (kept && isSamePlace(kept.target, target)) {
      kept.target = target; // the same place in a newer snapshot
      return kept.pool;
    }
    void kept?.pool.close(); // its calls end first
    const { timeouts, limits } = target;
    const pool = new Pool(target.origin, {
      connections: limits.connections,
      connect: { timeout: timeouts.connectMs },
      headersTimeout: timeouts.firstByteMs,
      bodyTimeout: timeouts.silenceMs,
      keepAliveTimeout: 4_000,
    });
    pools.set(target.id, { target, pool });
    return pool;
  };

  const count = (targetId: string, by: 1 | -1) => inFlight.set(targetId, (inFlight.get(targetId) ?? 0) + by);

  const forward: Forward = (target, { path, headers, body, ...call }, listener) => {
    count(target.id, 1);
    const watched = once(target, listener, (failed) => {
      count(target.id, -1);
      if (failed) suspectUntil.set(target.id, performance.now() + suspectForMs);
    });
    const all = ["content-type", "application/json", "accept", "*/*", ...target.auth({ path, body, call }), ...headers];
    return dispatch(poolOf(target), { path, body, headers: all }, watched);
  };

  const queues = new Map<string, { askedMs: number; positions: Promise<ReadonlyMap<string, number>> }>();
  const positionOf: Forwarder["positionOf"] = async (target, requestId) => {
    if (target.kind !== "host") return null;
    let queue = queues.get(target.id);
    if (!queue || performance.now() - queue.askedMs > queueFreshMs) {
      queue = { askedMs: performance.now(), positions: readQueue(poolOf(target), target) };
      queues.set(target.id, queue);
    }
    return (await queue.positions).get(requestId) ?? null;
  };

  return {
    forward,
    positionOf,
    inFlight: (targetId) => inFlight.get(targetId) ?? 0,
    isSuspect: (targetId) => (suspectUntil.get(targetId) ?? 0) > performance.now(),
    close: async () => {
      await Promise.all([...pools.values()].map(({ pool }) => pool.destroy()));
    },
  };
}

/** Empty when the host does not answer in time, or does not know the question. */
async function readQueue(pool: Pool, target: Target): Promise<ReadonlyMap<string, number>> {
  try {
    const signal = AbortSignal.timeout(queueWithinMs);
    const path = "/queue";
    const headers = [...target.auth({ path, body: "", call: null })];
    const { statusCode, body } = await pool.request({ method: "GET", path, headers, signal });
    if (statusCode === 200) return new Map(Object.entries(Queue.parse(await body.json()).positions));
    await body.dump();
  } catch {} // a place is told when it is known; the call itself finds out what the host's matter is
  return new Map();
}

/** The listener's last call, whichever it is, also settles the target's account. */
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
  const where = `the ${target.kind === "host" ? "inference host" : "upstream"} ${target.id}`;
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
