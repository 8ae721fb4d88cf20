import { z } from "zod";
import { type CallOptions, callUpstream, readRefusal, type UpstreamAnswer } from "#server/inference/client/call.ts";
import { type Upstream, UpstreamError, type Usage } from "#server/inference/client/wire.ts";

const Whole = z.object({
  choices: z.array(z.object({ text: z.string() })).min(1),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number(), total_tokens: z.number() }).nullish(),
});

export type CompletionRequest = { model: string; prompt: string; max_tokens?: number; temperature?: number };
export type CompletionResult = { text: string; usage: Usage | null; headers: UpstreamAnswer["headers"] };

/** Let a model go on with plain text, without streaming. Throws UpstreamError for a refusal or a broken answer. */
export async function complete(
  upstream: Upstream,
  body: CompletionRequest,
  options: CallOptions = {},
): Promise<CompletionResult> {
  const answer = await callUpstream(upstream, "/v1/completions", body, options);
  if (answer.status !== 200) throw await readRefusal(answer);
  const parsed = Whole.safeParse(await answer.body.json().catch(() => null));
  if (parsed.success)
    return {
      text: parsed.data.choices[0]?.text ?? "",
      usage: parsed.data.usage ?? null,
      headers: answer.headers,
    };
  const message = "the upstream failed: its answer is not a completion";
  throw new UpstreamError(0, { message, type: "server_error", code: "bad_upstream", param: null });
}
