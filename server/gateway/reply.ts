import { readErrorBody } from "#server/inference/client/call.ts";
import type { ErrorBody } from "#server/inference/client/wire.ts";

export type Usage = { promptTokens: number; completionTokens: number };

/** What one event of a stream says, and what the caller is sent for it. */
export type ReadChunk = {
  /** JSON texts to send, each as one event; empty when the caller is owed nothing */
  send: string[];
  /** the choices that got content */
  content: number[];
  finishReason: string | null;
  usage: Usage | null;
  /** the host's own error event */
  error: ErrorBody | null;
};

/** More than a host gives; an upstream's nonsense must not make long arrays. */
const choicesAtMost = 1_024;

type Json = Record<string, unknown>;

/** What the log's column holds; a host that counts more has miscounted. */
const mostTokens = 2_147_483_647;

/**
 * Read a chat or completion chunk and give it the name the caller asked for. Usage goes only to callers who set
 * `stream_options.include_usage`, and then as OpenAI sends it: in a last chunk of its own with empty `choices`.
 * Throws when the text is not a JSON object.
 */
export function readChunk(text: string, model: string, includeUsage: boolean): ReadChunk {
  const chunk = parseObject(text);
  const error = "error" in chunk ? readErrorBody(chunk) : null;
  if (error) return { send: [], content: [], finishReason: null, usage: null, error };
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
  };
}

export type ReadReply = { body: string; finishReason: string | null; usage: Usage | null };

/** The same for a whole reply. Throws when it is no answer: not JSON, or without `choices`. */
export function readReply(text: string, model: string): ReadReply {
  const reply = parseObject(text);
  if (!Array.isArray(reply.choices)) throw new Error("a reply without choices");
  reply.model = model;
  return {
    body: JSON.stringify(reply),
    finishReason: finishReasonOf(reply.choices),
    usage: usageOf(reply.usage),
  };
}

function hasContent(choice: unknown): boolean {
  if (!isObject(choice)) return false;
  if (typeof choice.text === "string") return choice.text !== "";
  const delta = choice.delta;
  if (!isObject(delta)) return false;
  return (
    isFilled(delta.content) ||
    isFilled(delta.refusal) ||
    isFilled(delta.reasoning_content) ||
    isFilled(delta.tool_calls)
  );
}

function indexOf(choice: unknown): number {
  return isObject(choice) && isCount(choice.index) ? Math.min(choice.index, choicesAtMost) : 0;
}

function isFilled(value: unknown): boolean {
  return (typeof value === "string" || Array.isArray(value)) && value.length > 0;
}

function finishReasonOf(choices: readonly unknown[]): string | null {
  for (const choice of choices)
    if (isObject(choice) && typeof choice.finish_reason === "string") return choice.finish_reason;
  return null;
}

function usageOf(value: unknown): Usage | null {
  if (!isObject(value)) return null;
  const { prompt_tokens: prompt, completion_tokens: completion } = value;
  if (!isCount(prompt)) return null;
  return { promptTokens: prompt, completionTokens: isCount(completion) ? completion : 0 };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= mostTokens;
}

function parseObject(text: string): Json {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new Error("not a JSON object");
  return value;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
