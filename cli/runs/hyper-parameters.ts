import { type Command, InvalidArgumentError, Option } from "commander";
import type { HyperParameters } from "#server/runs/input.ts";

type Flag = { flag: string; help: string; name: keyof HyperParameters };

const flags: Flag[] = [
  { flag: "--epochs <number>", help: "times through the data", name: "epochs" },
  { flag: "--max-steps <number>", help: "stop after so many steps, whatever the epochs", name: "maxSteps" },
  { flag: "--lr <number>", help: "learning rate", name: "learningRate" },
  { flag: "--batch-size <number>", help: "rows per step and device", name: "batchSize" },
  { flag: "--gradient-accumulation <number>", help: "batches per step", name: "gradientAccumulation" },
  { flag: "--lora-r <number>", help: "LoRA rank", name: "loraR" },
  { flag: "--lora-alpha <number>", help: "LoRA alpha; the scale is alpha / rank", name: "loraAlpha" },
  { flag: "--lora-dropout <number>", help: "LoRA dropout", name: "loraDropout" },
  { flag: "--max-length <tokens>", help: "rows are cut after so many tokens", name: "maxLength" },
  { flag: "--warmup-ratio <share>", help: "share of the steps to warm up", name: "warmupRatio" },
  { flag: "--weight-decay <number>", help: "AdamW weight decay", name: "weightDecay" },
  { flag: "--max-grad-norm <number>", help: "gradients are clipped to this norm; 0 = off", name: "maxGradNorm" },
  { flag: "--checkpoint-every <steps>", help: "steps between checkpoints", name: "checkpointEverySteps" },
  { flag: "--eval-every <steps>", help: "steps between validations; 0 = never", name: "evalEverySteps" },
  { flag: "--seed <number>", help: "seed of everything random", name: "seed" },
];

/** Add a flag per hyper-parameter; what is not given is suggested by the control plane for the base and the data. */
export function addHyperParameters(command: Command): Command {
  for (const { flag, help } of flags) command.option(flag, help, parseNumber);
  command.addOption(
    new Option("--scheduler <name>", "learning rate after the warm-up").choices(["cosine", "linear", "constant"]),
  );
  return command.option("--all-tokens", "learn from every token, not only from the assistant's");
}

/** The hyper-parameters among a command's parsed options. */
export function hyperParametersFrom(options: Record<string, unknown>): Partial<HyperParameters> {
  const chosen: Record<string, unknown> = {};
  for (const { flag, name } of flags) {
    const value = options[keyOf(flag)];
    if (value !== undefined) chosen[name] = value;
  }
  if (chosen.evalEverySteps === 0) chosen.evalEverySteps = null;
  if (options.scheduler !== undefined) chosen.scheduler = options.scheduler;
  if (options.allTokens === true) chosen.assistantOnlyLoss = false;
  return chosen;
}

/** `--lora-r <number>` → `loraR`, as commander names it. */
function keyOf(flag: string) {
  const [name = ""] = flag.slice(2).split(" ");
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function parseNumber(text: string) {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new InvalidArgumentError("it must be a number");
  return value;
}
