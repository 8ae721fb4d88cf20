import { z } from "zod";
import { RunMetadata } from "#server/runs/input.ts";

const auto = z.literal("auto");
const refused = (error: string) => z.null({ error }).optional();

const HyperParameters = z.strictObject({
  n_epochs: z.union([auto, z.number().min(0.01).max(100)]).optional(),
  batch_size: z.union([auto, z.int().min(1).max(256)]).optional(),
  learning_rate_multiplier: z.union([auto, z.number().gt(0).max(1_000)]).optional(),
});

/** `POST /v1/fine_tuning/jobs`. What we do not do is refused by name: a setting that is silently dropped costs a run. */
export const CreateJob = z.strictObject({
  model: z.string({ error: "name a base model" }).min(1, "name a base model").max(160),
  training_file: z.string({ error: "give the id of an uploaded file" }).min(1).max(64),
  method: z
    .strictObject({
      type: z.literal("supervised", { error: "only supervised fine-tuning is here so far" }),
      supervised: z.strictObject({ hyperparameters: HyperParameters.optional() }).optional(),
    })
    .optional(),
  hyperparameters: HyperParameters.optional(),
  seed: z.int().min(0).max(4_294_967_295).nullish(),
  suffix: z
    .string()
    .max(64, "a suffix has at most 64 characters")
    .regex(/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/, "use lower-case letters, digits, dots, dashes and underscores")
    .nullish(),
  /** without it a tenth of the training file's rows is kept for validation */
  validation_file: z.string({ error: "give the id of an uploaded file" }).min(1).max(64).nullish(),
  metadata: RunMetadata.nullish(),
  integrations: refused("there are no integrations: leave them out"),
});
export type CreateJob = z.infer<typeof CreateJob>;

/** Pages of jobs and of their events: newest first, `after` is the last id of the page before. */
export const PageQuery = z.object({
  after: z.string().max(80).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});
export type PageQuery = z.infer<typeof PageQuery>;
