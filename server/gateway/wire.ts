import { ZodError } from "zod";
import { DomainError, type ErrorCode, errorCodes } from "#server/errors.ts";
import { mistakeIn } from "#server/inference/client/param.rule.ts";

/** The body of every refusal, as OpenAI's clients expect it. */
export type OpenAiError = {
  error: { message: string; type: string; param: string | null; code: string | null };
};

export type Refusal = { status: number; body: OpenAiError; retryAfterSeconds: number | null };

const types: Record<ErrorCode, { type: string; code: string | null }> = {
  INVALID: { type: "invalid_request_error", code: null },
  UNAUTHENTICATED: { type: "authentication_error", code: "invalid_api_key" },
  FORBIDDEN: { type: "permission_error", code: "insufficient_permissions" },
  NOT_FOUND: { type: "not_found_error", code: "not_found" },
  CONFLICT: { type: "invalid_request_error", code: "conflict" },
  REFUSED: { type: "invalid_request_error", code: "refused" },
  TOO_LARGE: { type: "invalid_request_error", code: "request_too_large" },
  LIMITED: { type: "rate_limit_error", code: "rate_limit_exceeded" },
  UNAVAILABLE: { type: "overloaded", code: "unavailable" },
  NO_ROOM: { type: "server_error", code: "disk_full" },
};

/** One error object. */
export function openAiError(message: string, type: string, code: string | null, param: string | null = null) {
  return { error: { message, type, param, code } } satisfies OpenAiError;
}

/** The one error mapper of the gateway: a DomainError keeps its sentence, anything else hides behind the request id. */
export function refusalOf(error: unknown, requestId: string): Refusal {
  if (error instanceof DomainError) {
    const { type, code } = types[error.code];
    const body = openAiError(error.message, type, error.reason ?? code, error.field);
    // OpenAI has no 422: its SDKs would raise another class of exception
    const status = error.code === "REFUSED" ? 400 : errorCodes[error.code].http;
    return { status, body, retryAfterSeconds: error.code === "UNAVAILABLE" ? 1 : null };
  }
  if (error instanceof ZodError) {
    const { message, param, code } = mistakeIn(error);
    return { status: 400, body: openAiError(message, "invalid_request_error", code, param), retryAfterSeconds: null };
  }
  const message = `something broke here, not with you (request ${requestId})`;
  return { status: 500, body: openAiError(message, "server_error", "internal_error"), retryAfterSeconds: null };
}
