import { z } from "zod";
import { paramOf } from "#server/inference/client/param.rule.ts";
import type { GenerateInput } from "#server/inference/host/contract.ts";
import { refusal, type WireError } from "#server/inference/host/refusal.ts";

const maxChoices = 16;
/** Prompts × n of one call; each is a place in the queue. */
const maxAnswers = 128;
const maxStops = 4;
const maxTemplateVariables = 32;

const TextPart = z.strictObject({ type: z.literal("text"), text: z.string() });
const AnyPart = z.object({ type: z.string() });
/** Accepted when it is absent, null or empty: clients send back whole messages of earlier answers. */
const none = (error: string) => z.union([z.null(), z.array(z.unknown()).max(0)], { error }).optional();
const only = <const T extends string | number | boolean>(values: readonly T[], error: string) =>
  z.literal([...values], { error }).nullish();

const Message = z.strictObject({
  role: z.enum(["system", "developer", "user", "assistant", "tool"]),
  content: z.union([z.string(), z.array(TextPart)], { error: ({ input }) => contentMistake(input) }).nullish(),
  name: z.string().nullish(),
  tool_call_id: z.string().nullish(),
  tool_calls: none("tool calls are not supported by this engine yet"),
  function_call: none("function calls are not supported by this engine"),
  refusal: z.string().nullish(),
  annotations: none("annotations are not supported by this engine"),
  audio: none("audio is not supported by this model: send text only"),
  reasoning_content: only([""], "earlier reasoning is not read by this engine: leave reasoning_content out"),
});
const Bias = z.record(z.string().regex(/^\d+$/), z.number().min(-100).max(100));
const Metadata = z.record(z.string(), z.unknown());

/** Fields that change nothing in an answer, whoever sends them. */
const unheard = {
  user: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  metadata: Metadata.nullish(),
  prompt_cache_key: z.string().nullish(),
  prompt_cache_retention: z.string().nullish(),
  service_tier: only(["auto", "default"], "there is one service tier here: leave service_tier out"),
  store: only([false], "answers are not stored for retrieval: leave store out"),
};

const sampling = {
  ...unheard,
  model: z.string(),
  stream: z.boolean().nullish(),
  stream_options: z
    .strictObject({ include_usage: z.boolean().nullish(), include_obfuscation: z.boolean().nullish() })
    .nullish(),
  max_tokens: z.number().int().min(1).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.number().int().min(0).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  repeat_penalty: z.number().gt(0).max(10).nullish(),
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
};

const streamsWhenAsked = (body: { stream?: boolean | null; stream_options?: object | null }) =>
  body.stream_options == null || body.stream === true;
const streamOptionsAlone = { path: ["stream_options"], error: "stream_options is only allowed when stream is true" };

/** What a chat template may be told, e.g. Qwen's `enable_thinking`. */
const TemplateVariables = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, "use a name of letters, digits and underscores"),
    z.union([z.boolean(), z.number(), z.string().max(1_024), z.null()], {
      error: "give true, false, a number, a string of at most 1,024 characters or null",
    }),
  )
  .refine((variables) => Object.keys(variables).length <= maxTemplateVariables, {
    error: `give at most ${maxTemplateVariables} variables`,
  })
  .refine((variables) => !templateOwn.some((name) => Object.hasOwn(variables, name)), {
    error: "messages, tools, add_generation_prompt, bos_token and eos_token are not the caller's to set",
  });
const templateOwn = ["messages", "tools", "add_generation_prompt", "bos_token", "eos_token"];

/** Body of POST /v1/chat/completions as the host answers it; what the engine cannot do is refused, never ignored. */
export const ChatInput = z
  .strictObject({
    ...sampling,
    messages: z.array(Message).min(1, "messages must not be empty").max(2_048),
    max_completion_tokens: z.number().int().min(1).nullish(),
    logprobs: z.boolean().nullish(),
    top_logprobs: z.number().int().min(0).max(20).nullish(),
    chat_template_kwargs: TemplateVariables.nullish(),
    response_format: z
      .strictObject({ type: z.literal("text", { error: "only {type: text} is supported here" }) })
      .nullish(),
    tools: none("tools are not supported by this engine yet"),
    functions: none("functions are not supported by this engine"),
    tool_choice: none("tool_choice is only allowed with tools, which are not supported by this engine yet"),
    function_call: none("function_call is only allowed with functions, which are not supported by this engine"),
    parallel_tool_calls: none("parallel_tool_calls is only allowed with tools, which are not supported here yet"),
    modalities: z.tuple([z.literal("text")], { error: "this model answers in text only" }).nullish(),
    audio: z.null({ error: "this model does not speak: leave audio out" }).optional(),
    web_search_options: z.null({ error: "there is no web search here: leave web_search_options out" }).optional(),
    prediction: z.null({ error: "predicted output is not supported: leave prediction out" }).optional(),
    reasoning_effort: z
      .null({ error: "set it in chat_template_kwargs, where the model's template knows it: leave it out here" })
      .optional(),
    verbosity: only(["medium"], "this model's verbosity cannot be set: leave it out"),
  })
  .refine(streamsWhenAsked, streamOptionsAlone)
  .refine((body) => body.top_logprobs == null || body.logprobs === true, {
    path: ["top_logprobs"],
    error: "top_logprobs is only allowed when logprobs is true",
  });

const Tokens = z.array(z.number().int().min(0)).min(1);
const Prompt = z.union([z.string(), Tokens, z.array(z.string()).min(1), z.array(Tokens).min(1)], {
  error: "give a string, a list of token ids, a list of strings, or a list of lists of token ids",
});
/** Body of POST /v1/completions; prompts as texts or as token ids. */
export const CompletionInput = z
  .strictObject({
    ...sampling,
    prompt: Prompt,
    logprobs: z.number().int().min(0).max(5).nullish(),
    echo: only([false], "echo is not supported by this engine"),
    suffix: only([""], "suffix is not supported by this engine"),
    best_of: only([1], "best_of is not supported by this engine"),
  })
  .refine(streamsWhenAsked, streamOptionsAlone)
  .refine((body) => promptsOf(body.prompt).length * (body.n ?? 1) <= maxAnswers, {
    path: ["prompt"],
    error: `one call may ask for at most ${maxAnswers} answers, all prompts and n together`,
  });

export type ChatInput = z.infer<typeof ChatInput>;
export type CompletionInput = z.infer<typeof CompletionInput>;
type Sampling = Pick<ChatInput, Exclude<keyof typeof sampling, keyof typeof unheard>>;

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
  if (issue?.code === "unrecognized_keys") {
    const param = paramOf([...issue.path, issue.keys[0] ?? ""]) ?? undefined;
    throw refusal(400, `Unknown parameter: '${param}'.`, { param, code: "unknown_parameter" }); // OpenAI's words
  }
  const param = paramOf(issue?.path ?? []) ?? undefined;
  throw refusal(400, `${param ?? "the body"}: ${issue?.message ?? "not valid"}`, { param, code: "invalid_value" });
}

/** What each choice asks of the engine; choice i draws from seed + i. */
export function chatJobs(body: ChatInput, adapterPath: string | null, random: () => number): GenerateInput[] {
  const messages = body.messages.map(({ role, content, name }) => ({
    role: role === "developer" ? "system" : role,
    content: typeof content === "string" ? content : (content ?? []).map((part) => part.text).join(""),
    ...(name == null ? {} : { name }),
  }));
  const variables = body.chat_template_kwargs ?? {};
  const topLogprobs = body.logprobs ? (body.top_logprobs ?? 0) : null;
  const maxTokens = body.max_completion_tokens ?? body.max_tokens ?? null;
  const prompt = { kind: "chat", messages, variables } as const;
  return jobs(body, { adapterPath, prompt, topLogprobs, maxTokens }, random);
}

export function completionJobs(
  body: CompletionInput,
  adapterPath: string | null,
  random: () => number,
): GenerateInput[] {
  const topLogprobs = body.logprobs ?? null;
  const maxTokens = body.max_tokens ?? 16; // OpenAI's default for this endpoint
  return promptsOf(body.prompt).flatMap((prompt) =>
    jobs(body, { adapterPath, prompt, topLogprobs, maxTokens }, random),
  );
}

function promptsOf(prompt: z.infer<typeof Prompt>): GenerateInput["prompt"][] {
  if (typeof prompt === "string") return [{ kind: "text", text: prompt }];
  const ids = prompt.filter((each) => typeof each === "number");
  if (ids.length > 0) return [{ kind: "tokens", tokens: ids }];
  return prompt.flatMap((each): GenerateInput["prompt"][] => {
    if (typeof each === "string") return [{ kind: "text", text: each }];
    return typeof each === "number" ? [] : [{ kind: "tokens", tokens: each }];
  });
}

function jobs(
  body: Sampling,
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
      topK: body.top_k ?? 0,
      minP: body.min_p ?? 0,
      repeatPenalty: body.repeat_penalty ?? 1,
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
