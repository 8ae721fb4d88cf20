import { z } from "zod";
import { firstBadMessage } from "#server/inference/client/messages.rule.ts";

/** What the body of one call may have: a text of 8 MiB is beyond any context, and each copy of it holds up everybody. */
export const callBytesAtMost = 8 * 1024 * 1024;
/** With room for what the gateway writes into it: the engine's name, and that the usage is wanted. */
export const forwardedBytesAtMost = callBytesAtMost + 4 * 1024;

const messagesAtMost = 2_048;
const templateVariablesAtMost = 32;

const count = (min: number, max: number) => z.int().min(min).max(max);
const between = (min: number, max: number) => z.number().min(min).max(max);
/** However many are asked for: an answer is cut where the context ends. */
const anyCount = count(1, Number.MAX_SAFE_INTEGER);
const words = (max: number) => z.string().max(max);
const anyObject = z.looseObject({});

/** What chat and plain completions have in common; the bounds are OpenAI's, `n` apart. */
const shared = {
  model: z.string({ error: "name a model" }).min(1, "name a model").max(256),
  stream: z.boolean().nullish(),
  stream_options: z
    .looseObject({ include_usage: z.boolean().nullish(), include_obfuscation: z.boolean().nullish() })
    .nullish(),
  n: count(1, 16).nullish(),
  max_tokens: anyCount.nullish(),
  temperature: between(0, 2).nullish(),
  top_p: between(0, 1).nullish(),
  presence_penalty: between(-2, 2).nullish(),
  frequency_penalty: between(-2, 2).nullish(),
  seed: z.int().nullish(),
  stop: z
    .union([z.string(), z.array(z.string()).max(4)], { error: "give a string, or a list of at most 4 strings" })
    .nullish(),
  logit_bias: z.record(z.string().regex(/^\d+$/, "name a token by its id"), between(-100, 100)).nullish(),
  user: words(512).nullish(),
  safety_identifier: words(512).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  prompt_cache_key: z.string().nullish(),
  prompt_cache_options: anyObject.nullish(),
  prompt_cache_retention: z.string().nullish(),
  service_tier: z.string().nullish(),
  store: z.boolean().nullish(),
  // beyond OpenAI's
  top_k: count(0, Number.MAX_SAFE_INTEGER).nullish(),
  min_p: between(0, 1).nullish(),
  repeat_penalty: z.number().gt(0).max(10).nullish(),
};

type Options = {
  stream?: boolean | null | undefined;
  stream_options?: object | null | undefined;
  logprobs?: boolean | number | null | undefined;
  top_logprobs?: number | null | undefined;
};

/** Options without what they belong to are a mistake that OpenAI refuses too. */
export function optionsBelong({ value, issues }: z.core.ParsePayload<Options>): void {
  const without = (field: string, needed: string) =>
    issues.push({
      code: "custom",
      path: [field],
      message: `${field} is only allowed when ${needed} is true`,
      input: value,
    });
  if (value.stream_options != null && value.stream !== true) without("stream_options", "stream");
  if (value.top_logprobs != null && value.logprobs !== true) without("top_logprobs", "logprobs");
}

const Messages = z
  .array(z.unknown(), { error: "give a list of messages" })
  .min(1, "give at least one message")
  .max(messagesAtMost, `give at most ${messagesAtMost} messages`)
  .check(({ value, issues }) => {
    const bad = firstBadMessage(value);
    if (bad) issues.push({ code: "custom", path: bad.path, message: bad.message, input: value });
  });

/** What a chat template may be told, e.g. Qwen's `enable_thinking`. */
const TemplateVariables = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, "use a name of letters, digits and underscores"),
    z.union([z.boolean(), z.number(), words(1_024), z.null()], {
      error: "give true, false, a number, a string of at most 1,024 characters or null",
    }),
  )
  .refine((variables) => Object.keys(variables).length <= templateVariablesAtMost, {
    error: `give at most ${templateVariablesAtMost} variables`,
  })
  .refine((variables) => !templateOwn.some((name) => Object.hasOwn(variables, name)), {
    error: "messages, tools, add_generation_prompt, bos_token and eos_token are not the caller's to set",
  });
const templateOwn = ["messages", "tools", "add_generation_prompt", "bos_token", "eos_token"];

/** Every field of a chat's body that is known here. */
export const chatFields = {
  ...shared,
  messages: Messages,
  max_completion_tokens: anyCount.nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: count(0, 20).nullish(),
  response_format: z.looseObject({ type: z.string() }).nullish(),
  tools: z.array(z.unknown()).nullish(),
  tool_choice: z.union([z.string(), anyObject]).nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  functions: z.array(z.unknown()).nullish(),
  function_call: z.union([z.string(), anyObject]).nullish(),
  modalities: z.array(z.string()).nullish(),
  audio: anyObject.nullish(),
  web_search_options: anyObject.nullish(),
  moderation: anyObject.nullish(),
  prediction: anyObject.nullish(),
  reasoning_effort: z.string().nullish(),
  verbosity: z.string().nullish(),
  chat_template_kwargs: TemplateVariables.nullish(),
};

/**
 * Body of `POST /v1/chat/completions`, for gateway and host alike: what OpenAI's API takes and the sampling options beyond it.
 * Unknown fields pass: a target that does not know them refuses them. What one target cannot do is that target's to
 * refuse: the inference host narrows these fields in its own `input.ts`.
 */
export const ChatBody = z.looseObject(chatFields).check(optionsBelong);
export type ChatBody = z.infer<typeof ChatBody>;

/** Texts or token ids, one prompt or a list of them. */
export type Prompt = string | string[] | number[] | number[][];

/** Every field of a completion's body that is known here. */
export const completionFields = {
  ...shared,
  prompt: z.custom<Prompt>(isPrompt, {
    error: "give a string, a list of token ids, a list of strings, or a list of lists of token ids",
  }),
  logprobs: count(0, 5).nullish(),
  echo: z.boolean().nullish(),
  suffix: z.string().nullish(),
  best_of: count(0, 20).nullish(),
};

/** Body of `POST /v1/completions`; as `ChatBody`. */
export const CompletionBody = z.looseObject(completionFields).check(optionsBelong);
export type CompletionBody = z.infer<typeof CompletionBody>;

/** By hand, because a list of token ids may be long and a union of schemas reads it once for each kind. */
function isPrompt(value: unknown): value is Prompt {
  if (typeof value === "string") return true;
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.every(isText) || isTokens(value) || value.every(isTokens);
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isTokens(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((id) => Number.isSafeInteger(id) && id >= 0);
}
