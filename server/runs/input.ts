import { z } from "zod";
import { runMethods, runStatuses } from "#db/enums.ts";
import { Cursor, searchText, sortedBy } from "#server/input.ts";
import { ModelName } from "#server/models/input.ts";

const between = (min: number, max: number, what: string) => {
  const error = `${what} lies between ${min} and ${max}`;
  return z.number({ error }).min(min, error).max(max, error);
};
const whole = (min: number, max: number, what: string) => {
  const error = `${what} is a whole number between ${min} and ${max}`;
  return z.number({ error }).int(error).min(min, error).max(max, error);
};

/** What a person may set. What is left out is suggested for the base and the data (suggest.rule.ts). */
export const HyperParameters = z.strictObject({
  learningRate: between(1e-7, 0.1, "the learning rate"),
  epochs: between(0.01, 100, "the number of epochs"),
  maxSteps: whole(1, 1_000_000, "the number of steps").nullable(),
  batchSize: whole(1, 256, "the batch size"),
  gradientAccumulation: whole(1, 256, "gradient accumulation"),
  loraR: whole(1, 256, "the LoRA rank"),
  loraAlpha: between(1, 1024, "LoRA alpha"),
  loraDropout: between(0, 0.5, "LoRA dropout"),
  maxLength: whole(8, 131_072, "the maximum length"),
  assistantOnlyLoss: z.boolean(),
  warmupRatio: between(0, 0.5, "the warm-up share"),
  scheduler: z.enum(["cosine", "linear", "constant"]),
  weightDecay: between(0, 1, "weight decay"),
  maxGradNorm: between(0, 100, "the gradient norm limit"),
  checkpointEverySteps: whole(1, 100_000, "the steps between checkpoints"),
  evalEverySteps: whole(1, 100_000, "the steps between validations").nullable(),
  seed: whole(0, 4_294_967_295, "the seed"),
});
export type HyperParameters = z.infer<typeof HyperParameters>;

/** A base is an id, `nano` or `nano/1`; a dataset an id, `D` or `D/3`; a suite an id or a name. */
export const PlanRun = z.object({
  base: z.string().trim().min(1, "choose a base model").max(160),
  dataset: z.string().trim().min(1, "choose a dataset").max(160),
  method: z.enum(runMethods).default("sft"),
  hyperParameters: HyperParameters.partial().default({}),
  suite: z.string().trim().min(1).max(120).nullish(),
  /** a dataset whose validation rows are used instead of those split off `dataset` */
  validationDataset: z.string().trim().min(1).max(160).nullish(),
  /** the registered model that a success becomes a version of; by default the dataset's name */
  modelName: ModelName.optional(),
});
export type PlanRun = z.input<typeof PlanRun>;

/** OpenAI's bounds: 16 pairs, keys of 64 and values of 512 characters. */
export const RunMetadata = z
  .record(z.string().min(1).max(64), z.string({ error: "metadata values are text" }).max(512))
  .refine((pairs) => Object.keys(pairs).length <= 16, "metadata has at most 16 pairs");

export const StartRun = PlanRun.extend({
  /** by default `<model>-<method>-<number>`; one that another run has gets a number */
  name: z.string().trim().min(1, "give the run a name").max(80, "a name has at most 80 characters").optional(),
  /** the fourth part of `ft:base:project:suffix:id`; by default the model's name */
  suffix: ModelName.optional(),
  metadata: RunMetadata.nullish(),
});
export type StartRun = z.input<typeof StartRun>;

/** An id, a short id or a name. */
export const RunRef = z.object({ runId: z.string().trim().min(1).max(80) });
export type RunRef = z.infer<typeof RunRef>;

/** `from` and `to` are steps, both included: the curves of that part alone, as finely as they can be shown. */
export const RunCurves = RunRef.extend({ from: z.int().min(0).optional(), to: z.int().min(0).optional() });
export type RunCurves = z.infer<typeof RunCurves>;

export const runSorts = ["name", "status", "base", "dataset", "loss", "duration", "created"] as const;

export const ListRuns = z.object({
  cursor: Cursor,
  sort: sortedBy(runSorts, "created"),
  limit: z.number().int().min(1).max(100).default(50),
  search: searchText(80).optional(),
  status: z.array(z.enum(runStatuses)).optional(),
  baseVersionId: z.string().optional(),
  datasetVersionId: z.string().optional(),
});
export type ListRuns = z.input<typeof ListRuns>;

/** Events after `after`, in order; `few` leaves out most steps. */
export const ListRunEvents = RunRef.extend({
  after: z.number().int().min(0).default(0),
  limit: z.number().int().min(1).max(1_000).default(500),
  steps: z.enum(["all", "few"]).default("all"),
});
export type ListRunEvents = z.input<typeof ListRunEvents>;

/** The end of the log, or what was added after byte `after`. */
export const ReadRunLog = RunRef.extend({ after: z.number().int().min(0).nullish() });
export type ReadRunLog = z.infer<typeof ReadRunLog>;
