import { z } from "zod";
import { paramOf } from "#server/inference/client/param.rule.ts";
import type { GenerateInput } from "#server/inference/host/contract.ts";
import { refusal, type WireError } from "#server/inference/host/refusal.ts";

const maxChoices = 16;
const maxStops = 4;

const TextPart = z.object({ type: z.literal("text"), text: z.string() });
const AnyPart = z.object({ type: z.string() });
const Message = z.object({
  role: z.enum(["system", "developer", "user", "assistant", "tool"]),
  content: z.union([z.string(), z.array(TextPart)], { error: ({ input }) => contentMistake(input) }).nullish(),
  name: z.string().optional(),
});
const Bias = z.record(z.string().regex(/^\d+$/), z.number().min(-100).max(100));
const Sampling = z.object({
  model: z.string(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: z.number().int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  n: z.number().int().min(1).max(maxChoices).nullish(),
  stop: z
    .union([z.string(), z.array(z.string()).max(maxStops)], {
      error: `give a string, or a list of at most ${maxStops} strings`,
    })
    .nullish(),
  seed: z.number().int().nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  logit_bias: Bias.nullish(),
});

/** Body of POST /v1/chat/completions as the host answers it; what the engine cannot do is refused, never ignored. */
export const ChatInput = Sampling.extend({
  messages: z.array(Message).min(1, "messages must not be empty").max(2_048),
  max_completion_tokens: z.number().int().min(1).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.number().int().min(0).max(20).nullish(),
  response_format: z.object({ type: z.literal("text", { error: "only {type: text} is supported here" }) }).nullish(),
  tools: z.array(z.unknown()).max(0, "tools are not supported by this engine yet").nullish(),
  functions: z.array(z.unknown()).max(0, "functions are not supported by this engine").nullish(),
});

/** Body of POST /v1/completions; one prompt, as text or as token ids. */
export const CompletionInput = Sampling.extend({
  prompt: z.union([z.string(), z.array(z.number().int().min(0)).min(1), z.array(z.string()).length(1)], {
    error: "give one prompt: a string, a list of one string, or a list of token ids",
  }),
  logprobs: z.number().int().min(0).max(5).nullish(),
  echo: z.literal(false, { error: "echo is not supported by this engine" }).nullish(),
  suffix: z.null({ error: "suffix is not supported by this engine" }).optional(),
  best_of: z.literal(1, { error: "best_of is not supported by this engine" }).nullish(),
});

export type ChatInput = z.infer<typeof ChatInput>;
export type CompletionInput = z.infer<typeof CompletionInput>;

function contentMistake(content: unknown): string {
  const parts = z.array(AnyPart).safeParse(content);
  const other = parts.data?.find((part) => part.type !== "text");
  if (!other) return "give a string, or a list of {type: text, text}";
  if (other.type === "image_url") return "images are not supported by this model: send text only";
  return `parts of type ${other.type} are not supported by this model: send text only`;
}

/** Parse a body, or throw a 400 that names the first wrong field the way OpenAI does. */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const param = paramOf(issue?.path ?? []) ?? undefined;
  throw refusal(400, `${param ?? "the body"}: ${issue?.message ?? "not valid"}`, { param, code: "invalid_value" });
}

/** What each choice asks of the engine; choice i draws from seed + i. */
export function chatJobs(body: ChatInput, adapterPath: string | null, random: () => number): GenerateInput[] {
  const messages = body.messages.map(({ role, content, name }) => ({
    role: role === "developer" ? "system" : role,
    content: typeof content === "string" ? content : (content ?? []).map((part) => part.text).join(""),
    ...(name === undefined ? {} : { name }),
  }));
  const topLogprobs = body.logprobs ? (body.top_logprobs ?? 0) : null;
  const maxTokens = body.max_completion_tokens ?? body.max_tokens ?? null;
  return jobs(body, { adapterPath, prompt: { kind: "chat", messages }, topLogprobs, maxTokens }, random);
}

export function completionJobs(
  body: CompletionInput,
  adapterPath: string | null,
  random: () => number,
): GenerateInput[] {
  const topLogprobs = body.logprobs ?? null;
  const maxTokens = body.max_tokens ?? 16; // OpenAI's default for this endpoint
  return jobs(body, { adapterPath, prompt: promptOf(body.prompt), topLogprobs, maxTokens }, random);
}

function promptOf(prompt: CompletionInput["prompt"]): GenerateInput["prompt"] {
  if (typeof prompt === "string") return { kind: "text", text: prompt };
  const [first] = prompt;
  if (typeof first === "string") return { kind: "text", text: first };
  return { kind: "tokens", tokens: prompt.filter((token) => typeof token === "number") };
}

function jobs(
  body: z.infer<typeof Sampling>,
  shape: Pick<GenerateInput, "adapterPath" | "prompt" | "topLogprobs" | "maxTokens">,
  random: () => number,
): GenerateInput[] {
  const seed = body.seed ?? Math.floor(random() * 0xffff_ffff);
  const stops = typeof body.stop === "string" ? [body.stop] : (body.stop ?? []);
  const logitBias = Object.entries(body.logit_bias ?? {}).map(([token, bias]) => [Number(token), bias] as const);
  return Array.from({ length: body.n ?? 1 }, (_, i) => ({
    ...shape,
    stops,
    sampler: {
      temperature: body.temperature ?? 1,
      topP: body.top_p ?? 1,
      seed: (seed + i) >>> 0,
      frequencyPenalty: body.frequency_penalty ?? 0,
      presencePenalty: body.presence_penalty ?? 0,
      logitBias,
    },
  }));
}

/** The body of an error answer. */
export function errorBody(error: WireError) {
  const { message, type, param, code } = error;
  return { error: { message, type, param, code } };
}
