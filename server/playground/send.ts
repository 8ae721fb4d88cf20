import type { Ctx } from "#server/context.ts";
import { apiUrl } from "#server/env.ts";
import { DomainError } from "#server/errors.ts";
import { callUpstream, type UpstreamAnswer } from "#server/inference/client/call.ts";
import { UpstreamError } from "#server/inference/client/wire.ts";
import { mintInternalToken } from "#server/keys/internal-token.ts";
import { personOf } from "#server/people/person.ts";
import type { PlaygroundCall } from "#server/playground/input.ts";

const tokenSeconds = 900;

/**
 * Pass a person's chat call to the gateway in their name, and give its answer as it comes, refusals too. It asks for
 * the gateway's own times (a comment before the end of a stream) and is accounted to the workload `playground`.
 * Throws UNAVAILABLE when no gateway answers, FORBIDDEN for anybody but a signed-in person.
 */
export async function sendFromPlayground(ctx: Ctx, call: PlaygroundCall, signal: AbortSignal): Promise<UpstreamAnswer> {
  personOf(ctx.actor);
  const { projectId, actor } = ctx;
  const grant = { projectId, actor, scopes: ["inference" as const], ttlSeconds: tokenSeconds };
  const upstream = {
    url: apiUrl().replace(/\/v1$/, ""),
    bearer: await mintInternalToken(ctx, grant),
    headers: { "x-forge-timings": "1", "x-forge-workload": "playground" },
  };
  return callUpstream(upstream, "/v1/chat/completions", call, { signal }).catch((cause: unknown) => {
    if (!(cause instanceof UpstreamError)) throw cause;
    throw new DomainError("UNAVAILABLE", "the gateway does not answer: see ./forge status", { cause });
  });
}
