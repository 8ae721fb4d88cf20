import { z } from "zod";
import { filePurposes } from "#db/enums.ts";

const words = (max: number) => z.string().max(max);

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
