import { z } from "zod";
import { choice, type Known, number, toggle, type Values, whole, wholeOrNone } from "#server/runs/methods/field.ts";
import type { FixedPart, Workload } from "#server/runs/methods/method.ts";

const smallModel = 50_000_000;
const wantedStepsOfSmallModel = 300;
const mostLength = 2_048;
const checkpointsKept = 3;

/**
 * A LoRA on a large base learns at 2e-4 in a few epochs (Thinking Machines, "LoRA without regret", 2025: about ten times
 * the rate of full training); a base of a few million parameters needs a rate fifteen times as high and some 300 steps
 * (trials of LoRA r 16 on a 1.3 M-parameter base, one seed each).
 */
function pace(known: Known) {
  const small = (known.parameters ?? Number.POSITIVE_INFINITY) < smallModel;
  const batchSize = small ? 16 : 8;
  const stepsPerEpoch = Math.max(1, Math.ceil(known.trainRows / batchSize));
  const epochs = small ? Math.min(20, Math.max(3, Math.round(wantedStepsOfSmallModel / stepsPerEpoch))) : 3;
  const everyTenth = Math.max(1, Math.min(200, Math.round(Math.ceil(stepsPerEpoch * epochs) / 10)));
  return { small, batchSize, epochs, everyTenth };
}

/** The options that every training of a LoRA adapter has. */
export const loraFields = {
  epochs: number({
    label: "Epochs",
    help: "How often each row is trained on.",
    group: "main",
    min: 0.01,
    max: 100,
    path: "optim.epochs",
    flag: "--epochs <number>",
    suggest: (known) => pace(known).epochs,
    openai: { name: "n_epochs" },
  }),
  learningRate: number({
    label: "Learning rate",
    help: "Larger learns faster and forgets more; LoRA takes about ten times that of full training.",
    group: "main",
    min: 1e-7,
    max: 0.1,
    path: "optim.learningRate",
    flag: "--lr <number>",
    suggest: (known) => (pace(known).small ? 3e-3 : 2e-4),
    openai: { name: "learning_rate_multiplier", multiplier: true },
  }),
  batchSize: whole({
    label: "Batch size",
    help: "Rows per step on the device.",
    group: "main",
    min: 1,
    max: 256,
    path: "optim.batchSize",
    flag: "--batch-size <rows>",
    suggest: (known) => pace(known).batchSize,
    openai: { name: "batch_size" },
  }),
  loraR: whole({
    label: "LoRA rank",
    help: "Size of the adapter; 8 to 32 is usual.",
    group: "main",
    min: 1,
    max: 256,
    path: "lora.r",
    flag: "--lora-r <number>",
    suggest: 16,
  }),
  loraAlpha: number({
    label: "LoRA alpha",
    help: "Strength of the adapter, which is scaled by alpha / rank; twice the rank is usual.",
    group: "more",
    min: 1,
    max: 1024,
    path: "lora.alpha",
    flag: "--lora-alpha <number>",
    suggest: 32,
  }),
  loraDropout: number({
    label: "LoRA dropout",
    help: "Against overfitting, for few rows.",
    group: "more",
    min: 0,
    max: 0.5,
    path: "lora.dropout",
    flag: "--lora-dropout <share>",
    suggest: (known) => (pace(known).small ? 0 : 0.05),
  }),
  gradientAccumulation: whole({
    label: "Gradient accumulation",
    help: "Batches gathered before a step.",
    group: "more",
    min: 1,
    max: 256,
    path: "optim.gradientAccumulation",
    flag: "--gradient-accumulation <batches>",
    suggest: 1,
  }),
  maxLength: whole({
    label: "Max sequence length (tokens)",
    help: "Longer rows are truncated.",
    group: "more",
    min: 8,
    max: 131_072,
    path: "sequence.maxLength",
    flag: "--max-length <tokens>",
    suggest: (known) => Math.min(mostLength, known.contextLength ?? mostLength),
  }),
  maxSteps: wholeOrNone({
    label: "Max steps",
    help: "Ends the run early, whatever the epochs.",
    group: "more",
    min: 1,
    max: 1_000_000,
    none: { label: "set by epochs", typed: "" },
    path: "optim.maxSteps",
    flag: "--max-steps <steps>",
    suggest: null,
  }),
  warmupRatio: number({
    label: "Warmup ratio",
    help: "Share of the steps in which the learning rate rises.",
    group: "more",
    min: 0,
    max: 0.5,
    path: "optim.warmupRatio",
    flag: "--warmup-ratio <share>",
    suggest: 0.03,
  }),
  weightDecay: number({
    label: "Weight decay",
    help: "Pulls weights towards zero (AdamW).",
    group: "more",
    min: 0,
    max: 1,
    path: "optim.weightDecay",
    flag: "--weight-decay <number>",
    suggest: 0,
  }),
  maxGradNorm: number({
    label: "Max gradient norm",
    help: "Larger gradients are clipped to it; 0 never clips.",
    group: "more",
    min: 0,
    max: 100,
    path: "optim.maxGradNorm",
    flag: "--max-grad-norm <number>",
    suggest: 1,
  }),
  checkpointEverySteps: whole({
    label: "Save every (steps)",
    help: "A crash costs at most this many steps.",
    group: "more",
    min: 1,
    max: 100_000,
    path: "checkpoint.everySteps",
    flag: "--checkpoint-every <steps>",
    suggest: (known) => pace(known).everyTenth,
  }),
  evalEverySteps: wholeOrNone({
    label: "Evaluate every (steps)",
    help: "Validation loss every so many steps; 0 is never.",
    group: "more",
    min: 1,
    max: 100_000,
    none: { label: "never", typed: "0" },
    path: "eval.everySteps",
    flag: "--eval-every <steps>",
    needsValidation: true,
    suggest: (known) => (known.validationRows > 0 ? pace(known).everyTenth : null),
  }),
  seed: whole({
    label: "Seed",
    help: "The same seed gives the same adapter on CPU.",
    group: "more",
    min: 0,
    max: 4_294_967_295,
    path: "seed",
    flag: "--seed <number>",
    suggest: 42,
  }),
  scheduler: choice({
    label: "LR scheduler",
    help: "How the learning rate falls.",
    group: "more",
    options: ["cosine", "linear", "constant"],
    path: "optim.scheduler",
    flag: "--scheduler <name>",
    suggest: "cosine",
  }),
  assistantOnlyLoss: toggle({
    label: "Train on assistant messages only",
    help: "Off also trains on the prompts.",
    group: "more",
    path: "sequence.assistantOnlyLoss",
    flag: "--all-tokens",
    flagSets: false,
    suggest: true,
  }),
};

const count = z.int().min(1);

/** What is written for every LoRA training beside what a person chose. */
export const loraFixed = {
  "lora.targetModules": {
    schema: z.union([z.literal("all-linear"), z.array(z.string().min(1)).min(1)]),
    value: "all-linear",
  },
  "checkpoint.keep": { schema: count, value: checkpointsKept },
  "eval.maxRows": { schema: count, value: 200 },
} satisfies Record<string, FixedPart>;

/** What steps, time and disk follow from. */
export function loraWorkload(chosen: Values<typeof loraFields>): Workload {
  const { epochs, maxSteps, batchSize, gradientAccumulation, loraR, checkpointEverySteps } = chosen;
  return { epochs, maxSteps, batchSize, gradientAccumulation, rank: loraR, checkpointEverySteps, checkpointsKept };
}
