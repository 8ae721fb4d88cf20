import { expect, test } from "vitest";
import { draftOfSettings, readSettings } from "#components/runs/draft.ts";
import { suggestFor } from "#server/runs/methods/method.ts";
import { sft } from "#server/runs/methods/sft.ts";

test("a typed setting that is no number or out of its range asks for nothing and says what is wrong", () => {
  const { hyperParameters, wrong } = readSettings(sft, { epochs: "0", loraR: "abc", seed: " 7 " });
  expect(hyperParameters).toEqual({ seed: 7 });
  expect(wrong).toEqual({
    epochs: "Epochs: a number between 0.01 and 100",
    loraR: "LoRA rank: a whole number between 1 and 256",
  });
  expect(readSettings(sft, { epochs: "1,5" }).wrong.epochs).toBeDefined();
});

test("empty takes the suggestion, and 0 steps between validations turns validation off", () => {
  const asked = (text: string) => readSettings(sft, { evalEverySteps: text }).hyperParameters;
  expect(asked(" ")).toEqual({});
  expect(asked("0")).toEqual({ evalEverySteps: null });
});

test("a clone asks for exactly the settings of its run, also for those that are off", () => {
  const known = { parameters: null, contextLength: null, trainRows: 100 };
  for (const validationRows of [0, 10]) {
    const { maxSteps, ...settings } = suggestFor(sft, { ...known, validationRows });
    const cloned = readSettings(sft, draftOfSettings(sft, { ...settings, maxSteps })).hyperParameters;
    expect(cloned).toEqual(settings);
  }
});
