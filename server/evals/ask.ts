import { setTimeout as sleep } from "node:timers/promises";
import { chat } from "#server/inference/client/chat.ts";
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

/**
 * Ask one model version one question at temperature 0, as any API client would, through the gateway.
 * Busy or away (429, 503, no connection) is tried again with growing waits; any other refusal is the answer's error.
 */
export async function ask(
  to: { apiUrl: string; token: () => Promise<string> },
  question: { model: string; messages: ChatMessage[]; maxTokens: number },
  signal: AbortSignal,
): Promise<Answer> {
  const body = { model: question.model, messages: question.messages, max_tokens: question.maxTokens, temperature: 0 };
  const url = to.apiUrl.replace(/\/v1$/, "");
  for (let attempt = 1; ; attempt++) {
    const from = performance.now();
    try {
      const upstream = { url, bearer: await to.token() };
      const { text, usage, headers } = await chat(upstream, body, { signal, headersMs: answerWithinMs });
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

function isPassing({ status }: UpstreamError) {
  return status === 0 || status === 429 || status === 503;
}

function failed(error: UpstreamError, totalMs: number): Answer {
  return { output: null, error: error.message, promptTokens: null, completionTokens: null, totalMs, requestId: null };
}

function first(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}
