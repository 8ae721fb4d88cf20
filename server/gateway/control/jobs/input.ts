import { z } from "zod";
import { DomainError } from "#server/errors.ts";
import { openAiHyperParameters } from "#server/gateway/control/jobs/hyper-parameters.rule.ts";
import { RunMetadata } from "#server/runs/input.ts";
import { loraFields } from "#server/runs/methods/lora.ts";
import type { Method } from "#server/runs/methods/method.ts";
import { methods } from "#server/runs/methods/table.ts";

const refused = (error: string) => z.null({ error }).optional();

/** The methods that OpenAI's API has a type for, with that type. */
function offeredMethods(methods: readonly Method[]): { method: Method; type: string }[] {
  return methods.flatMap((method) => (method.openaiType === null ? [] : [{ method, type: method.openaiType }]));
}

/** `method`: a type, and under the same name its hyperparameters → `{type, hyperparameters}`. */
export function jobMethod(methods: readonly Method[]) {
  const offered = offeredMethods(methods);
  const [first, ...others] = offered.map(({ method, type }) =>
    z.strictObject({
      type: z.literal(type),
      [type]: z.strictObject({ hyperparameters: openAiHyperParameters(method).optional() }).optional(),
    }),
  );
  if (!first) throw new Error("no training method has a type in OpenAI's API");
  const error = `use one of the methods there are here: ${offered.map(({ type }) => type).join(", ")}`;
  return z.discriminatedUnion("type", [first, ...others], { error }).transform((asked) => {
    const type = String(asked.type);
    const own = asked[type];
    return { type, hyperparameters: typeof own === "object" ? own.hyperparameters : undefined };
  });
}

/** `POST /v1/fine_tuning/jobs`. What we do not do is refused by name: a setting that is silently dropped costs a run. */
export const CreateJob = z.strictObject({
  model: z.string({ error: "name a base model" }).min(1, "name a base model").max(160),
  training_file: z.string({ error: "give the id of an uploaded file" }).min(1).max(64),
  method: jobMethod(methods).optional(),
  /** of the table's first method, as OpenAI's older clients send them */
  hyperparameters: openAiHyperParameters(methods[0]).optional(),
  seed: loraFields.seed.schema.nullish(),
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

/**
 * The jobs a list is asked for: `metadata[team]=a` those with that pair, `metadata=null` those without any → undefined
 * when it asks for neither. Throws INVALID for another form: a filter that is dropped shows jobs that were not meant.
 */
export function metadataAsked(query: Readonly<Record<string, string>>): RunMetadata | null | undefined {
  const pairs = Object.entries(query).flatMap(([name, value]) => {
    const key = /^metadata\[(.+)\]$/.exec(name)?.[1];
    return key === undefined ? [] : [[key, value]];
  });
  if (pairs.length > 0) return RunMetadata.parse(Object.fromEntries(pairs));
  if (query.metadata === undefined) return undefined;
  if (query.metadata === "" || query.metadata === "null") return null; // as the SDKs of OpenAI write null
  throw new DomainError("INVALID", "metadata is given as metadata[key]=value, or as metadata=null", {
    field: "metadata",
  });
}
