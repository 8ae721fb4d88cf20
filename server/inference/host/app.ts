import { createHash, timingSafeEqual } from "node:crypto";
import { type Context, Hono } from "hono";
import { z } from "zod";
import { DomainError, errorCodes } from "#server/errors.ts";
import { readJson } from "#server/http/body.ts";
import { forwardedBytesAtMost } from "#server/inference/client/input.ts";
import { parseEngineRef } from "#server/inference/client/ref.ts";
import { begin, collector, type ReplyFormat, streamer } from "#server/inference/host/answer.ts";
import type { GenerateInput } from "#server/inference/host/contract.ts";
import type { Caller } from "#server/inference/host/fair.rule.ts";
import {
  ChatInput,
  CompletionInput,
  chatJobs,
  completionJobs,
  errorBody,
  parseBody,
} from "#server/inference/host/input.ts";
import type { EnginePool } from "#server/inference/host/pool.ts";
import { Refusal, refusal, type WireError } from "#server/inference/host/refusal.ts";
import { chatFormat, textFormat } from "#server/inference/host/reply-formats.ts";
import { log } from "#server/log.ts";

const longestCallerId = 128;
const RefBody = z.object({ ref: z.string() });

export type HostDependencies = {
  pool: EnginePool;
  /** hex secret every caller but /health must show */
  bearer: string;
  /** false once the process drains: no new work */
  accepting: () => boolean;
  health: () => object;
  now: () => Date;
};

/**
 * The inference host's wire: OpenAI's chat and completions (stream and not) for `model` = an engine reference,
 * GET /health, GET /queue, GET /loaded, POST /load {ref}, POST /unload {ref}. Errors are OpenAI-shaped; `x-forge-queue-ms` says
 * how long the request waited for a place in a batch, `x-forge-prompt-tokens` what a stream's caller owes if it leaves
 * before the usage comes.
 */
export function createHost(dependencies: HostDependencies): Hono {
  const app = new Hono();
  const { pool } = dependencies;
  const queued: Queued = new Map();
  app.get("/health", (c) => c.json(dependencies.health()));
  app.use(async (c, next) => {
    if (!sameSecret(c.req.header("authorization") ?? "", `Bearer ${dependencies.bearer}`))
      throw refusal(401, "this host answers only its own control plane", { code: "invalid_api_key" });
    await next();
  });
  app.get("/queue", (c) => {
    const known = [...queued].map(([requestId, position]) => [requestId, position()] as const);
    return c.json({ positions: Object.fromEntries(known.filter(([, position]) => position !== null)) });
  });
  app.get("/loaded", (c) => c.json({ engines: pool.loaded() }));
  app.post("/load", async (c) => {
    const { ref } = parseBody(RefBody, await json(c));
    return c.json(await pool.load(parseEngineRef(ref), ref));
  });
  app.post("/unload", async (c) => {
    const { ref } = parseBody(RefBody, await json(c));
    await pool.unload(ref);
    return c.json({ status: "unloaded" });
  });
  app.post("/v1/chat/completions", async (c) => {
    const body = parseBody(ChatInput, await json(c));
    const format = chatFormat(body.model, body.logprobs === true, seconds(dependencies.now()));
    return complete(dependencies, queued, c, body, format, (path) => chatJobs(body, path, Math.random));
  });
  app.post("/v1/completions", async (c) => {
    const body = parseBody(CompletionInput, await json(c));
    const format = textFormat(body.model, (body.logprobs ?? null) !== null, seconds(dependencies.now()));
    return complete(dependencies, queued, c, body, format, (path) => completionJobs(body, path, Math.random));
  });
  app.notFound((c) => {
    const error = refusal(404, `there is no ${c.req.method} ${c.req.path} here`, { code: "unknown_url" }).wire;
    return c.json(errorBody(error), 404);
  });
  app.onError((cause) => errorResponse(cause));
  return app;
}

/** Calls that wait, by the gateway's request id, and where each stands. */
type Queued = Map<string, () => number | null>;

async function complete(
  dependencies: HostDependencies,
  queued: Queued,
  c: Context,
  body: { model: string; stream?: boolean | null; n?: number | null },
  format: ReplyFormat,
  jobsFor: (adapterPath: string | null) => GenerateInput[],
) {
  if (!dependencies.accepting()) throw refusal(503, "this host is shutting down", { code: "draining" });
  const { engine, adapterPath, leave } = await dependencies.pool.open(parseEngineRef(body.model));
  const { signal } = c.req.raw;
  try {
    const jobs = jobsFor(adapterPath);
    const n = body.n ?? 1;
    const shape = { prompts: jobs.length / n, n };
    const out = body.stream ? streamer(format, shape, leave) : collector(format, shape);
    signal.throwIfAborted();
    const requestId = (c.req.header("x-request-id") ?? "").slice(0, longestCallerId);
    const queue = (position: () => number | null) => queued.set(requestId, position);
    const begun = await begin(engine, callerOf(c), jobs, { ...out.events, queued: queue }, signal).finally(() => {
      queued.delete(requestId);
    });
    const headers = {
      "x-forge-queue-ms": begun.queueMs.toFixed(2),
      "x-forge-prompt-tokens": String(out.promptTokens()),
    };
    if ("stream" in out) {
      return new Response(out.stream(begun.stop), {
        headers: { ...headers, "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" },
      });
    }
    const whole = await out.body();
    leave();
    return c.json(whole, 200, headers);
  } catch (cause) {
    leave();
    throw cause;
  }
}

/** Who the gateway says is calling: ids that mean nothing here but that they differ. */
function callerOf(c: Context): Caller {
  const id = (name: string) => (c.req.header(name) ?? "").slice(0, longestCallerId);
  return { projectId: id("x-forge-project-id"), keyId: id("x-forge-key-id") };
}

function json(c: Context): Promise<unknown> {
  return readJson(c.req.raw, forwardedBytesAtMost);
}

/** The one error mapper of this transport. */
function errorResponse(cause: unknown): Response {
  const error = wireOf(cause);
  const headers =
    error.status === 503 || error.status === 429 ? { "retry-after": String(error.retryAfterSeconds ?? 1) } : undefined;
  return Response.json(errorBody(error), { status: error.status, headers });
}

function wireOf(cause: unknown): WireError {
  if (cause instanceof Refusal) return cause.wire;
  if (cause instanceof DomainError) {
    const status = cause.reason === "model_not_found" ? 404 : errorCodes[cause.code].http;
    const code = cause.reason ?? (cause.code === "TOO_LARGE" ? "request_too_large" : undefined);
    return refusal(status, cause.message, { code, param: cause.field ?? undefined }).wire;
  }
  log.error({ err: cause }, "inference.request_failed");
  return refusal(500, "something broke inside the inference host", { code: "internal_error" }).wire;
}

function sameSecret(a: string, b: string) {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function seconds(date: Date) {
  return Math.floor(date.getTime() / 1_000);
}
