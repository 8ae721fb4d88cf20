import { Command } from "commander";
import { expect, test } from "vitest";
import { addHyperParameters, hyperParametersFrom } from "#cli/runs/hyper-parameters.ts";
import { hyperParametersSchema } from "#server/runs/methods/method.ts";
import { sft } from "#server/runs/methods/sft.ts";

function parsed(line: string) {
  const command = addHyperParameters(new Command().exitOverride().configureOutput({ writeErr: () => {} }), sft);
  return hyperParametersFrom(sft, command.parse(line.split(" "), { from: "user" }).opts());
}

test("every flag becomes the hyper-parameter it names", () => {
  const given = parsed(
    "--epochs 3 --max-steps 10 --lr 2e-4 --batch-size 4 --gradient-accumulation 2 --lora-r 8 --lora-alpha 16 " +
      "--lora-dropout 0.1 --max-length 256 --warmup-ratio 0.1 --weight-decay 0.01 --max-grad-norm 1 " +
      "--checkpoint-every 5 --eval-every 6 --seed 7 --scheduler linear --all-tokens",
  );
  expect(Object.keys(given).sort()).toEqual(Object.keys(sft.fields).sort());
  expect(hyperParametersSchema(sft).parse(given)).toMatchObject({
    learningRate: 2e-4,
    loraR: 8,
    assistantOnlyLoss: false,
  });
});

test("what is not given is left to the control plane, and no steps is never; a word or a number out of range is refused", () => {
  expect(parsed("--epochs 2")).toEqual({ epochs: 2 });
  expect(parsed("--eval-every 0")).toEqual({ evalEverySteps: null });
  expect(() => parsed("--lr fast")).toThrow("Learning rate: a number between 1e-7 and 0.1");
  expect(() => parsed("--lora-r 257")).toThrow("LoRA rank: a whole number between 1 and 256");
});

test("help says what an option is, its bounds and what is taken without it", () => {
  const help = addHyperParameters(new Command(), sft).helpInformation().replace(/\s+/g, " ");
  expect(help).toContain("--lora-r <number> LoRA rank: size of the adapter; 8 to 32 is usual (1 to 256; default: 16)");
  expect(help).toContain("(0.01 to 100; default: suggested for base and data)");
  expect(help).toContain("0 is never (0, or 1 to 100000; default: suggested");
  expect(help).toContain('--all-tokens turn off "Train on assistant messages only"');
});
