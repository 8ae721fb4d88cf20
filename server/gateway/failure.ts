import type { Outcome } from "#server/gateway/retry.rule.ts";
import { UpstreamError } from "#server/gateway/upstream-error.ts";
import { openAiError, type Refusal } from "#server/gateway/wire.ts";
import type { Complaint, Target } from "#server/inference/client/target.ts";

/** An attempt that gave no answer: what to tell the caller, and what `retry.rule.ts` decides by. */
export type Failure = { refusal: Refusal; outcome: Outcome };

type Names = { model: string; askedModel: string };

const called: Record<Target["kind"], string> = { host: "inference host", upstream: "upstream" };

/** The connection failed. */
export function failureOf(error: Error, { kind }: Pick<Target, "kind">, requestId: string): Failure {
  const why = error instanceof UpstreamError ? error.kind : "broken";
  if (why === "timeout") {
    const message = `the model did not answer in time (request ${requestId})`;
    return { refusal: refusal(504, message, "timeout", "timeout"), outcome: "timeout" };
  }
  if (why === "unreachable") {
    const message = `no ${called[kind]} can be reached now: try again in a moment`;
    return { refusal: refusal(503, message, "overloaded", "upstream_unreachable", 1), outcome: "unreachable" };
  }
  const message = `the ${called[kind]} broke off before the answer was whole (request ${requestId})`;
  return { refusal: refusal(502, message, "server_error", "upstream_broken"), outcome: "broken" };
}

/** A reply that ended too early or makes no sense must never look like success. */
export function brokenReply({ kind }: Pick<Target, "kind">): Failure {
  const message = `the ${called[kind]}'s answer broke off or cannot be read`;
  return { refusal: refusal(502, message, "server_error", "upstream_broken"), outcome: "broken" };
}

/** What the target complains of, under the name the caller used. 4xx is the caller's own; the rest is ours. */
export function failureOfComplaint(complaint: Complaint, { kind }: Pick<Target, "kind">, names: Names): Failure {
  const failure = sorted(complaint, kind, names);
  failure.refusal.retryAfterSeconds = complaint.retryAfterSeconds ?? failure.refusal.retryAfterSeconds;
  return failure;
}

function sorted({ status, error }: Complaint, kind: Target["kind"], names: Names): Failure {
  const message = error.message.replaceAll(names.model, names.askedModel);
  const { type, code, param } = error;
  if (status === 429) return { refusal: refusal(status, message, type, code, 1), outcome: "limited" };
  if (status === 503) return { refusal: refusal(status, message, type, code ?? "overloaded", 1), outcome: "busy" };
  if (status === 401 || status === 403) {
    const remedy = {
      host: "both must run with the same FORGE_SECRET",
      upstream: "its credential is wrong or has expired",
    };
    const ours = `the ${called[kind]} does not accept this gateway: ${remedy[kind]}`;
    return { refusal: refusal(502, ours, "server_error", "upstream_auth"), outcome: "unauthorized" };
  }
  if (status === 404)
    return { refusal: refusal(503, message, "server_error", code ?? "upstream_model", 1), outcome: "missing" };
  if (status >= 400 && status < 500)
    return {
      refusal: { ...refusal(status, message, type, code), body: openAiError(message, type, code, param) },
      outcome: "invalid",
    };
  const seen = status >= 500 ? status : 502;
  const outcome = seen === 502 ? "broken" : "failed";
  return { refusal: refusal(seen, message, type, code ?? "upstream_error"), outcome };
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
