import { z } from "zod";
import type { Method } from "#server/runs/methods/method.ts";
import { type Settings, specSchema } from "#server/runs/methods/spec.ts";
import { methods } from "#server/runs/methods/table.ts";

/**
 * The contract with `python -m largeforge_trainer`: the spec that goes in, the files that come out. The trainer checks a
 * spec against the JSON Schema that is made from here (trainer/src/largeforge_trainer/spec.schema.json); both sides check
 * the fixtures in trainer/tests/fixtures/contract.
 */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What the trainer takes, one alternative for each of the methods. */
export function specOf([first, ...others]: readonly [Method, ...Method[]]) {
  return z.discriminatedUnion("method", [specSchema(first), ...others.map(specSchema)]);
}

export const Spec = specOf(methods);
export type Spec = z.infer<typeof Spec> & Settings;

const event = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.looseObject({ v: z.literal(1), seq: z.number().int().min(1), t: z.number(), type: z.literal(type), ...shape });

/** One line of events.jsonl. Unknown keys are kept, so that a newer trainer's extra facts are not lost. */
export const TrainerEvent = z.discriminatedUnion("type", [
  event("hello", {
    versions: z.record(z.string(), z.string()),
    device: z.looseObject({ kind: z.string(), name: z.string() }),
    pid: z.number().int(),
    resumedFromStep: z.number().int().nullable(),
  }),
  event("phase", { name: z.string() }),
  event("data", {
    trainRows: z.number().int(),
    validationRows: z.number().int(),
    trainedTokens: z.number().int(),
    droppedRows: z.number().int(),
    truncatedRows: z.number().int(),
    totalSteps: z.number().int(),
  }),
  event("metric", {
    step: z.number().int(),
    totalSteps: z.number().int(),
    epoch: z.number(),
    loss: z.number(),
    learningRate: z.number().nullable(),
    gradNorm: z.number().nullable(),
    tokensPerSecond: z.number(),
    /** learnt from so far, earlier attempts included */
    trainedTokens: z.number().int().optional(),
    stepMs: z.number(),
    etaSeconds: z.number(),
  }),
  event("eval", { step: z.number().int(), loss: z.number() }),
  event("checkpoint", {
    step: z.number().int(),
    path: z.string(),
    bytes: z.number().int(),
    /** null where no evaluation ran at that step */
    validationLoss: z.number().nullable().optional(),
  }),
  event("warning", {
    message: z.string(),
    /** rows of which nothing would be learnt: the split they are of, and the first few lines of the normalised file */
    leftOutOf: z.enum(["training", "validation"]).optional(),
    lines: z.array(z.number().int().min(1)).max(100).optional(),
  }),
  event("heartbeat", { step: z.number().int() }),
  event("sample", { promptText: z.string(), adaptedText: z.string(), baseText: z.string() }),
  event("probe", { path: z.string(), prompts: z.number().int(), differing: z.number().int() }),
  event("artifact", { kind: z.string(), path: z.string(), bytes: z.number().int(), sha256 }),
  event("done", {
    adapterDir: z.string(),
    steps: z.number().int(),
    trainedTokens: z.number().int(),
    seconds: z.number(),
    finalLoss: z.number().nullable(),
  }),
  event("error", {
    code: z.string(),
    message: z.string(),
    hint: z.string().nullable(),
    /** a row that could not be read: the split it is of, and its line of the normalised file */
    badRowOf: z.enum(["training", "validation"]).optional(),
    line: z.number().int().min(1).optional(),
  }),
  event("cancelled", { step: z.number().int(), checkpoint: z.string().nullable() }),
]);
export type TrainerEvent = z.infer<typeof TrainerEvent>;

export const PidFile = z.object({ pid: z.number().int().min(1), startTime: z.union([z.number(), z.string()]) });

export const Manifest = z.object({
  v: z.literal(1),
  files: z.array(z.object({ path: z.string(), bytes: z.number().int(), sha256 })),
});
export type Manifest = z.infer<typeof Manifest>;
