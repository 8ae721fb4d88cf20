import { expect, test } from "vitest";
import { draftOfSettings, readSettings } from "#components/runs/draft.ts";
import { suggestHyperParameters } from "#server/runs/suggest.rule.ts";

test("a typed setting that is no number or out of its range asks for nothing and says what is wrong", () => {
  const { hyperParameters, wrong } = readSettings({ numbers: { epochs: "0", loraR: "abc", seed: " 7 " }, choices: {} });
  expect(hyperParameters).toEqual({ seed: 7 });
  expect(wrong).toEqual({
    epochs: "the number of epochs lies between 0.01 and 100",
    loraR: "the LoRA rank is a whole number between 1 and 256",
  });
  expect(readSettings({ numbers: { epochs: "1,5" }, choices: {} }).wrong.epochs).toBeDefined();
});

test("empty takes the suggestion, and 0 steps between validations turns validation off", () => {
  const asked = (text: string) => readSettings({ numbers: { evalEverySteps: text }, choices: {} }).hyperParameters;
  expect(asked(" ")).toEqual({});
  expect(asked("0")).toEqual({ evalEverySteps: null });
});

test("a clone asks for exactly the settings of its run, also for those that are off", () => {
  const known = { parameters: null, contextLength: null, trainRows: 100 };
  for (const validationRows of [0, 10]) {
    const { maxSteps, ...settings } = suggestHyperParameters({ ...known, validationRows });
    const cloned = readSettings(draftOfSettings({ ...settings, maxSteps })).hyperParameters;
    expect(cloned).toEqual(settings);
  }
});
