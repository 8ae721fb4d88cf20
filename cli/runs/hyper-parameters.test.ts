import { Command } from "commander";
import { expect, test } from "vitest";
import { addHyperParameters, hyperParametersFrom } from "#cli/runs/hyper-parameters.ts";
import { HyperParameters } from "#server/runs/input.ts";

function parsed(line: string) {
  const command = addHyperParameters(new Command().exitOverride().configureOutput({ writeErr: () => {} }));
  return hyperParametersFrom(command.parse(line.split(" "), { from: "user" }).opts());
}

test("every flag becomes the hyper-parameter it names", () => {
  const given = parsed(
    "--epochs 3 --max-steps 10 --lr 2e-4 --batch-size 4 --gradient-accumulation 2 --lora-r 8 --lora-alpha 16 " +
      "--lora-dropout 0.1 --max-length 256 --warmup-ratio 0.1 --weight-decay 0.01 --max-grad-norm 1 " +
      "--checkpoint-every 5 --eval-every 6 --seed 7 --scheduler linear --all-tokens",
  );
  expect(Object.keys(given).sort()).toEqual(Object.keys(HyperParameters.shape).sort());
  expect(HyperParameters.parse(given)).toMatchObject({ learningRate: 2e-4, loraR: 8, assistantOnlyLoss: false });
});

test("what is not given is left to the control plane, and no steps is never, a word is no number", () => {
  expect(parsed("--epochs 2")).toEqual({ epochs: 2 });
  expect(parsed("--eval-every 0")).toEqual({ evalEverySteps: null });
  expect(() => parsed("--lr fast")).toThrow("must be a number");
});
