import { openAiDialect } from "#server/inference/client/openai-dialect.ts";
import type { Target } from "#server/inference/client/target.ts";

const timeouts: Target["timeouts"] = {
  connectMs: 2_000,
  /** first use may have to load a model */
  firstByteMs: 300_000,
  silenceMs: 120_000,
};
const limits: Target["limits"] = {
  /** Above what a host takes and lets wait, so that it is the host's fair queue that calls wait in. */
  connections: 4_096,
  replyBytes: 64 * 1024 * 1024,
};

/** Inference hosts as targets; `bearer` is what every host of an installation asks for. */
export function hostTargets(bearer: string): (host: { id: string; origin: string }) => Target {
  const authorization = ["authorization", `Bearer ${bearer}`] as const;
  const auth: Target["auth"] = ({ call }) =>
    call
      ? [
          ...authorization,
          ...["x-request-id", call.requestId],
          ...["x-forge-project-id", call.caller.projectId, "x-forge-key-id", call.caller.id],
        ]
      : authorization;
  return ({ id, origin }) => ({ id, kind: "host", origin, dialect: openAiDialect, auth, timeouts, limits });
}
