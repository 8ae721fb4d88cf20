import { z } from "zod";

/**
 * The contract with `python -m largeforge_trainer`: the spec that goes in, the files that come out. Both sides check
 * it against the fixtures in trainer/tests/fixtures/contract; the JSON Schema there is made from this file.
 */
const count = z.number().int().min(1);
const ratio = z.number().min(0).lt(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const Message = z.strictObject({
  role: z.enum(["system", "developer", "user", "assistant", "tool"]),
  content: z.string(),
});

/** The part of a spec that a person chooses and a run freezes; no path, no id. */
export const Settings = z.strictObject({
  lora: z.strictObject({
    r: count.max(1024),
    alpha: z.number().gt(0),
    dropout: ratio,
    targetModules: z.union([z.literal("all-linear"), z.array(z.string().min(1)).min(1)]),
  }),
  optim: z.strictObject({
    learningRate: z.number().gt(0),
    epochs: z.number().gt(0),
    maxSteps: count.nullable(),
    batchSize: count,
    gradientAccumulation: count,
    warmupRatio: ratio,
    scheduler: z.enum(["cosine", "linear", "constant"]),
    weightDecay: z.number().min(0),
    maxGradNorm: z.number().min(0),
  }),
  sequence: z.strictObject({ maxLength: z.number().int().min(8), assistantOnlyLoss: z.boolean() }),
  checkpoint: z.strictObject({ everySteps: count, keep: count }),
  eval: z.strictObject({ everySteps: count.nullable(), maxRows: count }),
  logEverySteps: count,
  device: z.strictObject({ kind: z.enum(["auto", "cpu", "cuda"]), threads: count.max(256) }),
  probe: z.strictObject({ prompts: z.array(z.array(Message).min(1)).max(64), maxTokens: count.max(1024) }),
});
export type Settings = z.infer<typeof Settings>;

export const Spec = z.strictObject({
  v: z.literal(1),
  runId: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/),
  method: z.literal("sft"),
  seed: z.number().int().min(0).max(4_294_967_295),
  base: z.strictObject({ path: z.string().startsWith("/"), sha256: z.string().min(1) }),
  data: z.strictObject({
    train: z.string().startsWith("/"),
    validation: z.string().startsWith("/").nullable(),
    shape: z.enum(["messages", "prompt_completion", "text"]),
  }),
  ...Settings.shape,
});
export type Spec = z.infer<typeof Spec>;

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

/** The converter's one line. */
export const ConvertResult = z.union([
  z.object({ kind: z.enum(["base", "adapter"]), path: z.string(), bytes: z.number().int(), sha256 }),
  z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() }),
]);
