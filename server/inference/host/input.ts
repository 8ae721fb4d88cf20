import { z } from "zod";
import { chatFields, completionFields, optionsBelong, type Prompt } from "#server/inference/client/input.ts";
import { mistakeIn } from "#server/inference/client/param.rule.ts";
import type { GenerateInput } from "#server/inference/host/contract.ts";
import { refusal, type WireError } from "#server/inference/host/refusal.ts";

/** Prompts × n of one call; each is a place in the queue. */
const maxAnswers = 128;

const TextPart = z.strictObject({ type: z.literal("text"), text: z.string() });
const AnyPart = z.object({ type: z.string() });
/** Accepted when it is absent, null or empty: clients send back whole messages of earlier answers. */
const none = (error: string) => z.union([z.null(), z.array(z.unknown()).max(0)], { error }).optional();
const absent = (error: string) => z.null({ error }).optional();
const only = <const T extends string | number | boolean>(values: readonly T[], error: string) =>
  z.literal([...values], { error }).nullish();

const Message = z.strictObject({
  role: z.enum(["system", "developer", "user", "assistant", "tool", "function"]),
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

/** What this engine does not do of what a call may ask: refused by name, never ignored. */
const narrowed = {
  stream_options: z
    .strictObject({ include_usage: z.boolean().nullish(), include_obfuscation: z.boolean().nullish() })
    .nullish(),
  service_tier: only(["auto", "default"], "there is one service tier here: leave service_tier out"),
  store: only([false], "answers are not stored for retrieval: leave store out"),
};

/** Body of POST /v1/chat/completions as the host answers it: the call's own fields, and none that are not known. */
export const ChatInput = z
  .strictObject({
    ...chatFields,
    ...narrowed,
    messages: chatFields.messages.pipe(z.array(Message)),
    response_format: z
      .strictObject({ type: z.literal("text", { error: "only {type: text} is supported here" }) })
      .nullish(),
    tools: none("tools are not supported by this engine yet"),
    functions: none("functions are not supported by this engine"),
    tool_choice: none("tool_choice is only allowed with tools, which are not supported by this engine yet"),
    function_call: none("function_call is only allowed with functions, which are not supported by this engine"),
    parallel_tool_calls: none("parallel_tool_calls is only allowed with tools, which are not supported here yet"),
    modalities: z.tuple([z.literal("text")], { error: "this model answers in text only" }).nullish(),
    audio: absent("this model does not speak: leave audio out"),
    web_search_options: absent("there is no web search here: leave web_search_options out"),
    moderation: absent("there is no moderation here: leave it out"),
    prediction: absent("predicted output is not supported: leave prediction out"),
    reasoning_effort: absent("set it in chat_template_kwargs, where the model's template knows it: leave it out here"),
    verbosity: only(["medium"], "this model's verbosity cannot be set: leave it out"),
  })
  .check(optionsBelong);

/** Body of POST /v1/completions; prompts as texts or as token ids. */
export const CompletionInput = z
  .strictObject({
    ...completionFields,
    ...narrowed,
    echo: only([false], "echo is not supported by this engine"),
    suffix: only([""], "suffix is not supported by this engine"),
    best_of: only([1], "best_of is not supported by this engine"),
  })
  .check(optionsBelong)
  .refine((body) => promptsOf(body.prompt).length * (body.n ?? 1) <= maxAnswers, {
    path: ["prompt"],
    error: `one call may ask for at most ${maxAnswers} answers, all prompts and n together`,
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
  const { message, param, code } = mistakeIn(parsed.error);
  throw refusal(400, message, { param: param ?? undefined, code });
}

/** Templates know the roles that OpenAI's newer names stand for, and the newer one of its two for what a call returned. */
const templateRoles: Partial<Record<ChatInput["messages"][number]["role"], string>> = {
  developer: "system",
  function: "tool",
};

/** What each choice asks of the engine; choice i draws from seed + i. */
export function chatJobs(body: ChatInput, adapterPath: string | null, random: () => number): GenerateInput[] {
  const messages = body.messages.map(({ role, content, name }) => ({
    role: templateRoles[role] ?? role,
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

function promptsOf(prompt: Prompt): GenerateInput["prompt"][] {
  if (typeof prompt === "string") return [{ kind: "text", text: prompt }];
  const ids = prompt.filter((each) => typeof each === "number");
  if (ids.length > 0) return [{ kind: "tokens", tokens: ids }];
  return prompt.flatMap((each): GenerateInput["prompt"][] => {
    if (typeof each === "string") return [{ kind: "text", text: each }];
    return typeof each === "number" ? [] : [{ kind: "tokens", tokens: each }];
  });
}

function jobs(
  body: Omit<ChatInput | CompletionInput, "logprobs">,
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
