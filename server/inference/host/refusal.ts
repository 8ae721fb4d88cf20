/** An OpenAI-shaped refusal that travels from the engine's process to the client unchanged. */
export type WireError = {
  status: number;
  type: string;
  code: string | null;
  message: string;
  param: string | null;
  retryAfterSeconds?: number;
};

export class Refusal extends Error {
  readonly wire: WireError;

  constructor(wire: WireError, options: { cause?: unknown } = {}) {
    super(wire.message, options);
    this.name = "Refusal";
    this.wire = wire;
  }
}

const types: Record<number, string> = {
  400: "invalid_request_error",
  401: "authentication_error",
  404: "not_found_error",
  413: "invalid_request_error",
  429: "rate_limit_error",
};

/** Build a refusal; the type follows from the status (5xx = `server_error`). */
export function refusal(
  status: number,
  message: string,
  detail: { code?: string; param?: string; cause?: unknown } = {},
): Refusal {
  const type = types[status] ?? "server_error";
  const { code = null, param = null, cause } = detail;
  return new Refusal({ status, type, code, message, param }, { cause });
}

/** What a thrown thing is to the caller. */
export function wireOf(cause: unknown): WireError {
  if (cause instanceof Refusal) return cause.wire;
  const message = cause instanceof Error ? cause.message : String(cause);
  return refusal(500, `the engine failed: ${message}`, { code: "engine_failed" }).wire;
}

/** This caller has too much waiting already: 429, as OpenAI words it, with the time after which there is room. */
export function flooding(message: string, retryAfterSeconds: number): Refusal {
  const { wire } = refusal(429, message, { code: "rate_limit_exceeded" });
  return new Refusal({ ...wire, retryAfterSeconds });
}

/** Too much waiting already: 503 `overloaded`, so that a gateway tries elsewhere or later. */
export function overloaded(message: string): Refusal {
  return new Refusal({ status: 503, type: "overloaded", code: "overloaded", message, param: null });
}
