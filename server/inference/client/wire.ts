/** OpenAI's chat wire as this code base speaks it; extra fields travel through untouched. */
export type Upstream = {
  /** base URL without `/v1`, e.g. http://127.0.0.1:4100 */
  url: string;
  bearer: string;
  headers?: Readonly<Record<string, string>>;
};

export type ChatMessage = { role: "system" | "developer" | "user" | "assistant" | "tool"; content: string };

export type ChatRequest = {
  model: string;
  messages: readonly ChatMessage[];
  max_tokens?: number;
  max_completion_tokens?: number;
  temperature?: number;
  top_p?: number;
  seed?: number;
  n?: number;
  stop?: string | readonly string[];
  user?: string;
  [field: string]: unknown;
};

export type Usage = { prompt_tokens: number; completion_tokens: number; total_tokens: number };

/** `stop`: the model ended or a stop string came; `length`: max_tokens or the context did. */
export type FinishReason = "stop" | "length" | "content_filter" | "tool_calls";

export type ErrorBody = { message: string; type: string; code: string | null; param: string | null };

/** An upstream said no, or broke: `status` is its HTTP status, or 0 when it could not be reached or broke mid-stream. */
export class UpstreamError extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly retryAfterMs: number | null;

  constructor(status: number, body: ErrorBody, options: { retryAfterMs?: number | null; cause?: unknown } = {}) {
    super(body.message, { cause: options.cause });
    this.name = "UpstreamError";
    this.status = status;
    this.body = body;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}
