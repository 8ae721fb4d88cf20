import { z } from "zod";
import { runStatuses } from "#db/enums.ts";
import { Count, Cursor, searchText, sortedBy } from "#server/input.ts";
import { ModelName } from "#server/models/input.ts";
import type { Fields, Values } from "#server/runs/methods/field.ts";
import { hyperParametersSchema, type Method } from "#server/runs/methods/method.ts";
import { methods, type RunMethod } from "#server/runs/methods/table.ts";

/** A base is an id, `nano` or `nano/1`; a dataset an id, `D` or `D/3`; a suite an id or a name. */
export const planShape = {
  base: z.string().trim().min(1, "choose a base model").max(160),
  dataset: z.string().trim().min(1, "choose a dataset").max(160),
  suite: z.string().trim().min(1).max(120).nullish(),
  /** a dataset whose validation rows are used instead of those split off `dataset` */
  validationDataset: z.string().trim().min(1).max(160).nullish(),
  /** the registered model that a success becomes a version of; by default the dataset's name */
  modelName: ModelName.optional(),
};

/** OpenAI's bounds: 16 pairs, keys of 64 and values of 512 characters. */
export const RunMetadata = z
  .record(z.string().min(1).max(64), z.string({ error: "metadata values are text" }).max(512))
  .refine((pairs) => Object.keys(pairs).length <= 16, "metadata has at most 16 pairs");
export type RunMetadata = z.infer<typeof RunMetadata>;

export const startShape = {
  ...planShape,
  /** by default `<model>-<method>-<number>`; one that another run has gets a number */
  name: z.string().trim().min(1, "give the run a name").max(80, "a name has at most 80 characters").optional(),
  /** the fourth part of `ft:base:project:suffix:id`; by default the model's name */
  suffix: ModelName.optional(),
  metadata: RunMetadata.nullish(),
};

/**
 * A choice between the methods, by `method`: each with its own hyper-parameters, of which what is left out is suggested
 * for the base and the data. Without a `method` it is the table's first.
 */
export function anyMethod<S extends z.ZodRawShape>(shape: S, [first, ...others]: readonly [Method, ...Method[]]) {
  const optionOf = (method: Method, name: z.ZodType<string>) =>
    z.object({ ...shape, method: name, hyperParameters: hyperParametersSchema(method).partial().optional() });
  return z.discriminatedUnion("method", [
    optionOf(first, z.literal(first.name).default(first.name)),
    ...others.map((method) => optionOf(method, z.literal(method.name))),
  ]);
}

type Named<N> = N extends (typeof methods)[0]["name"] ? { method?: N } : { method: N };
type Asked<M> = M extends { name: infer N; fields: infer F extends Fields }
  ? Named<N> & { hyperParameters?: Partial<Values<F>> }
  : never;
type OfShape<S extends z.ZodRawShape> = z.infer<z.ZodObject<S>> & Asked<RunMethod>;
type AnyMethod<S extends z.ZodRawShape> = z.ZodType<OfShape<S>, OfShape<S>>;

// safe because the union is built from the methods whose types it names
export const PlanRun = anyMethod(planShape, methods) as unknown as AnyMethod<typeof planShape>;
export type PlanRun = z.infer<typeof PlanRun>;

// safe as PlanRun is
export const StartRun = anyMethod(startShape, methods) as unknown as AnyMethod<typeof startShape>;
export type StartRun = z.infer<typeof StartRun>;

/** An id, a short id or a name. */
export const RunRef = z.object({ runId: z.string().trim().min(1).max(80) });
export type RunRef = z.infer<typeof RunRef>;

/** `from` and `to` are steps, both included: the curves of that part alone, as finely as they can be shown. */
export const RunCurves = RunRef.extend({ from: Count.optional(), to: Count.optional() });
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

/** Events after `after`, in order, the first `limit` of them or with `latest` the last; `few` leaves out most steps. */
export const ListRunEvents = RunRef.extend({
  after: Count.default(0),
  limit: z.number().int().min(1).max(1_000).default(500),
  steps: z.enum(["all", "few"]).default("all"),
  latest: z.boolean().default(false),
});
export type ListRunEvents = z.input<typeof ListRunEvents>;

/** The end of the log, or what was added after byte `after`. */
export const ReadRunLog = RunRef.extend({ after: z.number().int().min(0).nullish() });
export type ReadRunLog = z.infer<typeof ReadRunLog>;
