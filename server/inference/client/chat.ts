import { z } from "zod";
import { type CallOptions, callUpstream, readErrorBody, readRefusal } from "#server/inference/client/call.ts";
import { sseParser } from "#server/inference/client/sse.ts";
import { streamTimer, type Timings } from "#server/inference/client/timings.rule.ts";
import {
  type ChatRequest,
  type FinishReason,
  type Upstream,
  UpstreamError,
  type Usage,
} from "#server/inference/client/wire.ts";
import { jsonOrNull } from "#server/text/json.rule.ts";

const path = "/v1/chat/completions";

const UsageBody = z.object({
  prompt_tokens: z.number(),
  completion_tokens: z.number(),
  total_tokens: z.number(),
});
const finishReasons = z.enum(["stop", "length", "content_filter", "tool_calls"]);
const Chunk = z.object({
  choices: z.array(
    z.object({
      index: z.number(),
      delta: z.object({ content: z.string().nullish() }).nullish(),
      finish_reason: finishReasons.nullish(),
    }),
  ),
  usage: UsageBody.nullish(),
});
const Whole = z.object({
  choices: z.array(
    z.object({
      index: z.number(),
      message: z.object({ content: z.string().nullish() }),
      finish_reason: finishReasons.nullish(),
    }),
  ),
  usage: UsageBody.nullish(),
});

export type ChatResult = {
  /** the first choice */
  text: string;
  /** every choice, by index */
  texts: string[];
  finishReason: FinishReason | null;
  usage: Usage | null;
  timings: Timings;
  /** time the engine let it wait for a place, when it says so */
  queueMs: number | null;
  headers: Readonly<Record<string, string | string[] | undefined>>;
};

export type ChatEvent =
  | { type: "content"; index: number; text: string }
  | { type: "finish"; index: number; reason: FinishReason }
  | { type: "done"; result: ChatResult };

/** Ask without streaming. Throws UpstreamError for a refusal, a broken answer or nobody there. */
export async function chat(upstream: Upstream, body: ChatRequest, options: CallOptions = {}): Promise<ChatResult> {
  const timer = streamTimer(performance.now());
  const answer = await callUpstream(upstream, path, { ...body, stream: false }, options);
  if (answer.status !== 200) throw await readRefusal(answer);
  const parsed = Whole.safeParse(await answer.body.json().catch(brokenOff));
  if (!parsed.success) throw broken("its answer is not a chat completion");
  const { choices, usage = null } = parsed.data;
  const texts = choices.map((choice) => choice.message.content ?? "");
  return {
    text: texts[0] ?? "",
    texts,
    usage,
    finishReason: choices[0]?.finish_reason ?? null,
    timings: timer.done(performance.now(), usage?.completion_tokens ?? null),
    queueMs: queueMsOf(answer.headers),
    headers: answer.headers,
  };
}

/**
 * Ask and stream: content as it comes, then one `done` with the whole. Leaving the loop early (or the signal) frees
 * the upstream. An error event or a stream that just stops is thrown as UpstreamError: half an answer never ends well.
 */
export async function* streamChat(
  upstream: Upstream,
  body: ChatRequest,
  options: CallOptions = {},
): AsyncGenerator<ChatEvent, void> {
  const timer = streamTimer(performance.now());
  const request = { ...body, stream: true, stream_options: { include_usage: true } };
  const answer = await callUpstream(upstream, path, request, options);
  if (answer.status !== 200) throw await readRefusal(answer);
  const texts: string[] = [];
  const finishes: FinishReason[] = [];
  let usage: Usage | null = null;
  let ended = false;
  const waiting: string[] = [];
  const parser = sseParser((data) => waiting.push(data));

  function* drain(): Generator<ChatEvent> {
    for (const data of waiting.splice(0)) {
      if (data === "[DONE]") {
        ended = true;
        continue;
      }
      const chunk = chunkOf(data);
      usage = chunk.usage ?? usage;
      for (const { index, delta, finish_reason: reason } of chunk.choices) {
        const text = delta?.content ?? "";
        if (text !== "") {
          timer.content(performance.now(), index);
          texts[index] = (texts[index] ?? "") + text;
          yield { type: "content", index, text };
        }
        if (!reason) continue;
        finishes[index] = reason;
        yield { type: "finish", index, reason };
      }
    }
  }

  try {
    for await (const bytes of answer.body) {
      parser.push(bytes);
      yield* drain();
    }
  } catch (cause) {
    if (cause instanceof UpstreamError || options.signal?.aborted) throw cause;
    throw broken("its stream broke off", cause);
  } finally {
    answer.body.destroy();
  }
  if (!ended) throw broken("its stream ended without [DONE]");
  const timings = timer.done(performance.now(), tokensOf(usage));
  const whole = { text: texts[0] ?? "", texts, finishReason: finishes[0] ?? null, usage, timings };
  yield { type: "done", result: { ...whole, queueMs: queueMsOf(answer.headers), headers: answer.headers } };
}

function chunkOf(data: string) {
  const value = jsonOrNull(data);
  const error = readErrorBody(value);
  if (error) throw new UpstreamError(0, error);
  const parsed = Chunk.safeParse(value);
  if (!parsed.success) throw broken("an event of its stream is not a chat chunk");
  return parsed.data;
}

function tokensOf(usage: Usage | null) {
  return usage?.completion_tokens ?? null;
}

function queueMsOf(headers: ChatResult["headers"]) {
  const value = Number(headers["x-forge-queue-ms"] ?? Number.NaN);
  return Number.isFinite(value) ? value : null;
}

function brokenOff(cause: unknown): never {
  throw broken("its answer broke off", cause);
}

function broken(what: string, cause?: unknown) {
  const message = `the upstream failed: ${what}`;
  return new UpstreamError(0, { message, type: "server_error", code: "bad_upstream", param: null }, { cause });
}
