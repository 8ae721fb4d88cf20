import { z } from "zod";
import { filePurposes } from "#db/enums.ts";

const count = (min: number, max: number) => z.int().min(min).max(max);
const between = (min: number, max: number) => z.number().min(min).max(max);
/** However many are asked for: an answer is cut where the context ends. */
const anyCount = count(1, Number.MAX_SAFE_INTEGER);
const words = (max: number) => z.string().max(max);

const shared = {
  model: z.string({ error: "name a model" }).min(1, "name a model").max(256),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
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
  logit_bias: z.record(z.string(), between(-100, 100)).nullish(),
  user: words(512).nullish(),
  safety_identifier: words(512).nullish(),
};

/**
 * `POST /v1/chat/completions`: only what the gateway itself needs or can refuse cheaply. Fields it does not know
 * go on to the host untouched; messages are looked at one by one in `messages.rule.ts`, not deep-parsed.
 */
export const ChatBody = z.looseObject({
  ...shared,
  messages: z.array(z.unknown(), { error: "give a list of messages" }).min(1, "give at least one message"),
  max_completion_tokens: anyCount.nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: count(0, 20).nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
});
export type ChatBody = z.infer<typeof ChatBody>;

/** `POST /v1/completions`. */
export const CompletionBody = z.looseObject({
  ...shared,
  prompt: z.union([z.string(), z.array(z.union([z.string(), z.int(), z.array(z.int())]))], {
    error: "give a prompt: a string, or a list of strings or token ids",
  }),
  logprobs: count(0, 5).nullish(),
  echo: z.boolean().nullish(),
});
export type CompletionBody = z.infer<typeof CompletionBody>;

/** `POST /v1/feedback`: at least one opinion on a request, by the id from its `x-request-id`. */
export const FeedbackBody = z
  .strictObject({
    request_id: z.string().regex(/^req_[0-9a-z]{26}$/, "give the x-request-id of an answer (req_…)"),
    accepted: z.boolean().nullish(),
    score: z.number().min(0).max(1).nullish(),
    comment: words(4_000).nullish(),
    correction: words(100_000).nullish(),
  })
  .refine((body) => [body.accepted, body.score, body.comment, body.correction].some((value) => value != null), {
    error: "give at least one of accepted, score, comment, correction",
  });
export type FeedbackBody = z.infer<typeof FeedbackBody>;

/** `GET /v1/files`; a page holds 1,000 unless told, at most OpenAI's 10,000. */
export const ListFilesQuery = z.object({
  purpose: z.enum(filePurposes).optional(),
  after: words(64).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(1_000),
  order: z.enum(["asc", "desc"]).optional(),
});
