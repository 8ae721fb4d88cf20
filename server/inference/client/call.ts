import { Agent, type Dispatcher, request } from "undici";
import { z } from "zod";
import { type ErrorBody, type Upstream, UpstreamError } from "#server/inference/client/wire.ts";

const connectWithinMs = 5_000;
const defaultHeadersMs = 300_000;
const defaultIdleMs = 120_000;
const keepAliveMs = 30_000;
const maxErrorBytes = 64 * 1024;

/** One pool of kept-alive connections for every upstream of this process. */
const agent = new Agent({
  connections: 256,
  pipelining: 1,
  connect: { timeout: connectWithinMs },
  keepAliveTimeout: keepAliveMs,
});

export type CallOptions = {
  signal?: AbortSignal;
  /** longest wait for the first byte of the answer */
  headersMs?: number;
  /** longest silence inside the answer */
  idleMs?: number;
};

export type UpstreamAnswer = { status: number; headers: Headers; body: Dispatcher.ResponseData["body"] };
type Headers = Dispatcher.ResponseData["headers"];

/**
 * POST a JSON body (an object, or text already serialised) to an upstream. Gives the answer as soon as its headers
 * are there, whatever their status. Throws UpstreamError with status 0 when nothing answers; an abort is thrown as it is.
 */
export async function callUpstream(
  upstream: Upstream,
  path: string,
  body: object | string,
  options: CallOptions = {},
): Promise<UpstreamAnswer> {
  try {
    const {
      statusCode,
      headers,
      body: answer,
    } = await request(upstream.url + path, {
      method: "POST",
      dispatcher: agent,
      body: typeof body === "string" ? body : JSON.stringify(body),
      headers: {
        ...upstream.headers,
        "content-type": "application/json",
        authorization: `Bearer ${upstream.bearer}`,
      },
      signal: options.signal ?? null,
      headersTimeout: options.headersMs ?? defaultHeadersMs,
      bodyTimeout: options.idleMs ?? defaultIdleMs,
    });
    return { status: statusCode, headers, body: answer };
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw unreachable(cause);
  }
}

/** Read a refusal's body into an UpstreamError; a body that is not OpenAI's becomes a `server_error`. */
export async function readRefusal(answer: UpstreamAnswer): Promise<UpstreamError> {
  let text = "";
  for await (const chunk of answer.body.setEncoding("utf8")) {
    text += String(chunk);
    if (text.length > maxErrorBytes) break;
  }
  const retryAfter = Number(answer.headers["retry-after"]);
  const retryAfterMs = Number.isFinite(retryAfter) ? retryAfter * 1_000 : null;
  return new UpstreamError(answer.status, errorOf(text, answer.status), { retryAfterMs });
}

const Refusal = z.object({
  error: z.object({
    message: z.string(),
    type: z.string().nullish(),
    code: z.union([z.string(), z.number()]).nullish(),
    param: z.string().nullish(),
  }),
});

/** The error inside a body or an event, or null when it is none. */
export function readErrorBody(value: unknown): ErrorBody | null {
  const parsed = Refusal.safeParse(value);
  if (!parsed.success) return null;
  const { message, type, code, param } = parsed.data.error;
  const codeText = code === null || code === undefined ? null : String(code);
  return { message, type: type ?? "server_error", code: codeText, param: param ?? null };
}

function errorOf(text: string, status: number): ErrorBody {
  const known = readErrorBody(safeJson(text));
  const message = `the upstream answered ${status} with something that is not an OpenAI error`;
  return known ?? { message, type: "server_error", code: "bad_upstream", param: null };
}

function unreachable(cause: unknown) {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `the upstream did not answer: ${why}`;
  return new UpstreamError(0, { message, type: "server_error", code: "upstream_unreachable", param: null }, { cause });
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
