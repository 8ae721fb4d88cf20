import { setTimeout as sleep } from "node:timers/promises";
import { chat } from "#server/inference/client/chat.ts";
import { complete } from "#server/inference/client/complete.ts";
import { type ChatMessage, UpstreamError } from "#server/inference/client/wire.ts";

const tries = 6;
const firstWaitMs = 500;
const answerWithinMs = 120_000;

/** What one call gave; `error` is set when it gave no answer. */
export type Answer = {
  output: string | null;
  error: string | null;
  promptTokens: number | null;
  completionTokens: number | null;
  totalMs: number;
  requestId: string | null;
};

export type Gateway = {
  apiUrl: string;
  token: () => Promise<string>;
  /** models that turned out to have no chat template: they are asked in plain text, as they were trained */
  plain: Set<string>;
};
type Question = { model: string; messages: ChatMessage[]; maxTokens: number };

/**
 * Ask one model version one question at temperature 0, as any API client would, through the gateway.
 * Busy or away (429, 503, no connection) is tried again with growing waits; any other refusal is the answer's error.
 */
export async function ask(to: Gateway, question: Question, signal: AbortSignal): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const from = performance.now();
    try {
      const { text, usage, headers } = await send(to, question, signal);
      return {
        output: text,
        error: null,
        promptTokens: usage?.prompt_tokens ?? null,
        completionTokens: usage?.completion_tokens ?? null,
        totalMs: performance.now() - from,
        requestId: first(headers["x-request-id"]),
      };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof UpstreamError)) throw error;
      if (!isPassing(error) || attempt === tries) return failed(error, performance.now() - from);
      await sleep(error.retryAfterMs ?? firstWaitMs * 2 ** (attempt - 1), undefined, { signal });
    }
  }
}

async function send(to: Gateway, { model, messages, maxTokens }: Question, signal: AbortSignal) {
  const upstream = { url: to.apiUrl.replace(/\/v1$/, ""), bearer: await to.token() };
  const options = { signal, headersMs: answerWithinMs };
  const settings = { model, max_tokens: maxTokens, temperature: 0 };
  const [only, ...more] = messages;
  const prompt = only?.role === "user" && more.length === 0 ? only.content : null;
  if (prompt !== null && to.plain.has(model)) return complete(upstream, { ...settings, prompt }, options);
  try {
    return await chat(upstream, { ...settings, messages }, options);
  } catch (error) {
    const speaksPlainly = error instanceof UpstreamError && error.body.code === "no_chat_template";
    if (!speaksPlainly || prompt === null) throw error;
    to.plain.add(model);
    return complete(upstream, { ...settings, prompt }, options);
  }
}

function isPassing({ status }: UpstreamError) {
  return status === 0 || status === 429 || status === 503;
}

function failed(error: UpstreamError, totalMs: number): Answer {
  return { output: null, error: error.message, promptTokens: null, completionTokens: null, totalMs, requestId: null };
}

function first(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}
