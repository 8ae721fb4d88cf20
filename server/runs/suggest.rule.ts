import type { Settings } from "#server/runs/contract.ts";
import type { HyperParameters } from "#server/runs/input.ts";

type Known = { parameters: number | null; contextLength: number | null; trainRows: number; validationRows: number };

const smallModel = 50_000_000;
const wantedStepsOfSmallModel = 300;
const mostLength = 2_048;

/**
 * Settings to start from. A LoRA on a large base learns at 2e-4 in a few epochs (Thinking Machines, "LoRA without
 * regret", 2025: about ten times the rate of full training); a base of a few million parameters needs a rate fifteen
 * times as high and some 300 steps (trials of LoRA r 16 on a 1.3 M-parameter base, one seed each).
 */
export function suggestHyperParameters(known: Known): HyperParameters {
  const small = (known.parameters ?? Number.POSITIVE_INFINITY) < smallModel;
  const batchSize = small ? 16 : 8;
  const stepsPerEpoch = Math.max(1, Math.ceil(known.trainRows / batchSize));
  const epochs = small ? Math.min(20, Math.max(3, Math.round(wantedStepsOfSmallModel / stepsPerEpoch))) : 3;
  const steps = Math.ceil(stepsPerEpoch * epochs);
  const everyTenth = Math.max(1, Math.min(200, Math.round(steps / 10)));
  return {
    learningRate: small ? 3e-3 : 2e-4,
    epochs,
    maxSteps: null,
    batchSize,
    gradientAccumulation: 1,
    loraR: 16,
    loraAlpha: 32,
    loraDropout: small ? 0 : 0.05,
    maxLength: Math.min(mostLength, known.contextLength ?? mostLength),
    assistantOnlyLoss: true,
    warmupRatio: 0.03,
    scheduler: "cosine",
    weightDecay: 0,
    maxGradNorm: 1,
    checkpointEverySteps: everyTenth,
    evalEverySteps: known.validationRows > 0 ? everyTenth : null,
    seed: 42,
  };
}

/** The trainer's sections for chosen hyper-parameters; `everySteps` of validation is null when there is none. */
export function settingsOf(chosen: HyperParameters): Settings {
  return {
    lora: { r: chosen.loraR, alpha: chosen.loraAlpha, dropout: chosen.loraDropout, targetModules: "all-linear" },
    optim: {
      learningRate: chosen.learningRate,
      epochs: chosen.epochs,
      maxSteps: chosen.maxSteps,
      batchSize: chosen.batchSize,
      gradientAccumulation: chosen.gradientAccumulation,
      warmupRatio: chosen.warmupRatio,
      scheduler: chosen.scheduler,
      weightDecay: chosen.weightDecay,
      maxGradNorm: chosen.maxGradNorm,
    },
    sequence: { maxLength: chosen.maxLength, assistantOnlyLoss: chosen.assistantOnlyLoss },
    checkpoint: { everySteps: chosen.checkpointEverySteps, keep: 3 },
    eval: { everySteps: chosen.evalEverySteps, maxRows: 200 },
    logEverySteps: 1,
    device: { kind: "auto", threads: 1 },
    probe: { prompts: [], maxTokens: 32 },
  };
}

/** Back to the form's fields, for a clone. */
export function hyperParametersOf(settings: Settings, seed: number): HyperParameters {
  const { lora, optim, sequence } = settings;
  const { learningRate, epochs, maxSteps, batchSize, gradientAccumulation } = optim;
  const { warmupRatio, scheduler, weightDecay, maxGradNorm } = optim;
  return {
    ...{ learningRate, epochs, maxSteps, batchSize, gradientAccumulation },
    ...{ loraR: lora.r, loraAlpha: lora.alpha, loraDropout: lora.dropout },
    ...{ maxLength: sequence.maxLength, assistantOnlyLoss: sequence.assistantOnlyLoss },
    ...{ warmupRatio, scheduler, weightDecay, maxGradNorm },
    ...{ checkpointEverySteps: settings.checkpoint.everySteps, evalEverySteps: settings.eval.everySteps, seed },
  };
}
