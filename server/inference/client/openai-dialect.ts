import { readErrorBody } from "#server/inference/client/call.ts";
import { sseParser } from "#server/inference/client/sse.ts";
import type {
  Ask,
  Complaint,
  Dialect,
  ReadChunk,
  ReadReply,
  RefusedReply,
  Usage,
} from "#server/inference/client/target.ts";
import { isRecord, jsonOrNull } from "#server/text/json.rule.ts";

/** More than a host gives; an upstream's nonsense must not make long arrays. */
const choicesAtMost = 1_024;
/** What the log's column holds; a host that counts more has miscounted. */
const mostTokens = 2_147_483_647;

/** The wire that callers, hosts and most upstreams speak: everything passes as it is, under the caller's name of the model. */
export const openAiDialect: Dialect = {
  encode: (ask) => ({ path: ask.endpoint, headers: [], body: bodyOf(ask) }),
  stream: { contentType: "text/event-stream", parser: sseParser },
  readChunk: (ask) => (text) => (text === "[DONE]" ? streamEnd : readChunk(text, ask.askedModel, ask.includeUsage)),
  readReply: (text, ask) => readReply(text, ask.askedModel),
  classify,
};

const streamEnd: ReadChunk = { send: [], content: [], finishReason: null, usage: null, error: null, done: true };

/** The caller's own body under the target's name; a stream always brings its usage, which we account. */
function bodyOf({ body, model, stream }: Ask): string {
  if (!stream) return JSON.stringify({ ...body, model });
  return JSON.stringify({ ...body, model, stream_options: { ...body.stream_options, include_usage: true } });
}

/**
 * Read a chat or completion chunk and give it the name the caller asked for. Usage goes only to callers who set
 * `stream_options.include_usage`, and then as OpenAI sends it: in a last chunk of its own with empty `choices`.
 */
function readChunk(text: string, model: string, includeUsage: boolean): ReadChunk {
  const chunk = parseObject(text);
  const error = "error" in chunk ? readErrorBody(chunk) : null;
  if (error) return { send: [], content: [], finishReason: null, usage: null, error, done: false };
  const choices = listOf(chunk.choices);
  const usage = usageOf(chunk.usage);
  chunk.model = model;
  const sendUsage = usage && includeUsage ? JSON.stringify({ ...chunk, choices: [] }) : null;
  const send: string[] = [];
  if (choices.length > 0 || !usage) {
    if (includeUsage) chunk.usage = null;
    else delete chunk.usage;
    send.push(JSON.stringify(chunk));
  }
  if (sendUsage) send.push(sendUsage);
  return {
    send,
    content: choices.filter(hasContent).map(indexOf),
    finishReason: finishReasonOf(choices),
    usage,
    error: null,
    done: false,
  };
}

/** The same for a whole reply; without `choices` it is no answer. */
function readReply(text: string, model: string): ReadReply {
  const reply = parseObject(text);
  if (!Array.isArray(reply.choices)) throw new Error("a reply without choices");
  reply.model = model;
  return {
    body: JSON.stringify(reply),
    finishReason: finishReasonOf(reply.choices),
    usage: usageOf(reply.usage),
  };
}

function classify({ status, retryAfter, text }: RefusedReply): Complaint {
  const fallback = { message: `the target answered ${status}`, type: "server_error", code: null, param: null };
  const seconds = retryAfter ? Number(retryAfter) : Number.NaN;
  return {
    status,
    error: readErrorBody(jsonOrNull(text)) ?? fallback,
    retryAfterSeconds: Number.isFinite(seconds) ? Math.ceil(seconds) : null,
  };
}

function hasContent(choice: unknown): boolean {
  if (!isRecord(choice)) return false;
  if (typeof choice.text === "string") return choice.text !== "";
  const delta = choice.delta;
  if (!isRecord(delta)) return false;
  return (
    isFilled(delta.content) ||
    isFilled(delta.refusal) ||
    isFilled(delta.reasoning_content) ||
    isFilled(delta.tool_calls)
  );
}

function indexOf(choice: unknown): number {
  return isRecord(choice) && isCount(choice.index) ? Math.min(choice.index, choicesAtMost) : 0;
}

function isFilled(value: unknown): boolean {
  return (typeof value === "string" || Array.isArray(value)) && value.length > 0;
}

function finishReasonOf(choices: readonly unknown[]): string | null {
  for (const choice of choices)
    if (isRecord(choice) && typeof choice.finish_reason === "string") return choice.finish_reason;
  return null;
}

function usageOf(value: unknown): Usage | null {
  if (!isRecord(value)) return null;
  const { prompt_tokens: prompt, completion_tokens: completion } = value;
  if (!isCount(prompt)) return null;
  return { promptTokens: prompt, completionTokens: isCount(completion) ? completion : 0 };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= mostTokens;
}

function parseObject(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value)) throw new Error("not a JSON object");
  return value;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
