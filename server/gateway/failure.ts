import type { UpstreamHeaders } from "#server/gateway/contract.ts";
import { UpstreamError } from "#server/gateway/upstream-error.ts";
import { openAiError, type Refusal } from "#server/gateway/wire.ts";
import { readErrorBody } from "#server/inference/client/call.ts";
import type { ErrorBody } from "#server/inference/client/wire.ts";

/** An attempt that gave no answer: what to tell the caller, and whether another attempt may do better. */
export type Failure = { refusal: Refusal; retry: "anywhere" | "elsewhere" | "never" };

type Names = { engineModel: string; askedModel: string };

/** The connection failed. */
export function failureOf(error: Error, requestId: string): Failure {
  const kind = error instanceof UpstreamError ? error.kind : "broken";
  if (kind === "timeout") {
    const message = `the model did not answer in time (request ${requestId})`;
    return { refusal: refusal(504, message, "timeout", "timeout"), retry: "elsewhere" };
  }
  if (kind === "unreachable") {
    const message = "no inference host can be reached now: try again in a moment";
    return { refusal: refusal(503, message, "overloaded", "upstream_unreachable", 1), retry: "anywhere" };
  }
  const message = `the inference host broke off before the answer was whole (request ${requestId})`;
  return { refusal: refusal(502, message, "server_error", "upstream_broken"), retry: "anywhere" };
}

/** A reply that ended too early or makes no sense must never look like success. */
export function brokenReply(): Failure {
  const message = "the inference host's answer broke off or cannot be read";
  return { refusal: refusal(502, message, "server_error", "upstream_broken"), retry: "anywhere" };
}

/** The host answered with a status other than 200. */
export function failureOfReply(status: number, headers: UpstreamHeaders, text: string, names: Names): Failure {
  const fallback = { message: `the inference host answered ${status}`, type: "server_error", code: null, param: null };
  const failure = failureOfComplaint(status, readErrorBody(parsed(text)) ?? fallback, names);
  const seconds = Number(headers.retryAfter);
  if (headers.retryAfter && Number.isFinite(seconds)) failure.refusal.retryAfterSeconds = Math.ceil(seconds);
  return failure;
}

/** What the host complains of, under the name the caller used. 4xx is the caller's own; the rest is ours. */
export function failureOfComplaint(status: number, complaint: ErrorBody, names: Names): Failure {
  const message = complaint.message.replaceAll(names.engineModel, names.askedModel);
  const { type, code, param } = complaint;
  // A flood is not answered by knocking again; another host may have room for this key.
  if (status === 429) return { refusal: refusal(status, message, type, code, 1), retry: "elsewhere" };
  if (status === 503) return { refusal: refusal(status, message, type, code ?? "overloaded", 1), retry: "anywhere" };
  if (status === 401 || status === 403) {
    const ours = "the inference host does not accept this gateway: both must run with the same FORGE_SECRET";
    return { refusal: refusal(502, ours, "server_error", "upstream_auth"), retry: "elsewhere" };
  }
  if (status === 404)
    return { refusal: refusal(503, message, "server_error", code ?? "upstream_model", 1), retry: "elsewhere" };
  if (status >= 400 && status < 500)
    return {
      refusal: { ...refusal(status, message, type, code), body: openAiError(message, type, code, param) },
      retry: "never",
    };
  const seen = status >= 500 ? status : 502;
  const retry = seen === 502 ? "anywhere" : "elsewhere";
  return { refusal: refusal(seen, message, type, code ?? "upstream_error"), retry };
}

function refusal(
  status: number,
  message: string,
  type: string,
  code: string | null,
  retryAfterSeconds: number | null = null,
) {
  return { status, body: openAiError(message, type, code), retryAfterSeconds } satisfies Refusal;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
