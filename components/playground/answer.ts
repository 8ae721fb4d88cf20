import { z } from "zod";

const Times = z.object({
  ttftMs: z.number().nullable(),
  itlP50Ms: z.number().nullable(),
  itlP95Ms: z.number().nullable(),
  totalMs: z.number(),
  queueMs: z.number().nullable(),
});

/** What is known of one model's answer to one prompt. Times are the gateway's, tokens the engine's. */
export const Answer = z.object({
  model: z.string(),
  text: z.string(),
  state: z.enum(["waiting", "streaming", "done", "stopped", "failed"]),
  failure: z.string().nullable(),
  finishReason: z.string().nullable(),
  requestId: z.string().nullable(),
  /** `triage/3` */
  version: z.string().nullable(),
  deployment: z.string().nullable(),
  revisionId: z.string().nullable(),
  times: Times.nullable(),
  promptTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
});
export type Answer = z.infer<typeof Answer>;

export function emptyAnswer(model: string): Answer {
  return {
    model,
    text: "",
    state: "waiting",
    failure: null,
    finishReason: null,
    requestId: null,
    version: null,
    deployment: null,
    revisionId: null,
    times: null,
    promptTokens: null,
    outputTokens: null,
  };
}

const Chunk = z.object({
  choices: z
    .array(
      z.object({
        delta: z.object({ content: z.string().nullish() }).nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .default([]),
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
  error: z.object({ message: z.string() }).nullish(),
});
const Refusal = z.object({ error: z.object({ message: z.string() }) });
const timingsPrefix = "forge-timings ";

/** The answer after one more event of its stream. */
export function applyEvent(answer: Answer, kind: "data" | "comment", text: string): Answer {
  if (kind === "comment") {
    if (!text.startsWith(timingsPrefix)) return answer;
    const times = Times.safeParse(parse(text.slice(timingsPrefix.length)));
    return times.success ? { ...answer, times: times.data } : answer;
  }
  if (text === "[DONE]") return { ...answer, state: "done" };
  const chunk = Chunk.safeParse(parse(text));
  if (!chunk.success)
    return { ...answer, state: "failed", failure: "The answer broke off: an event of it is not readable." };
  const { choices, usage, error } = chunk.data;
  if (error) return { ...answer, state: "failed", failure: error.message };
  const [choice] = choices;
  return {
    ...answer,
    state: "streaming",
    text: answer.text + (choice?.delta?.content ?? ""),
    finishReason: choice?.finish_reason ?? answer.finishReason,
    promptTokens: usage?.prompt_tokens ?? answer.promptTokens,
    outputTokens: usage?.completion_tokens ?? answer.outputTokens,
  };
}

/** What the answer's headers tell, before its first word. */
export function applyHeaders(answer: Answer, headers: Headers): Answer {
  return {
    ...answer,
    requestId: headers.get("x-forge-request-id") ?? headers.get("x-request-id"),
    version: headers.get("x-forge-model-version"),
    deployment: headers.get("x-forge-deployment"),
    revisionId: headers.get("x-forge-revision"),
  };
}

/** The sentence of a refusal, ours or the gateway's. */
export function refusalOf(body: string, status: number): string {
  const refusal = Refusal.safeParse(parse(body));
  return refusal.success ? refusal.data.error.message : `The console answered ${status} without a reason.`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
