import { expect, test } from "vitest";
import { draftOfSettings, noSuite, type RunDraft, readSettings, runForms } from "#components/runs/draft.ts";
import { suggestFor } from "#server/runs/methods/method.ts";
import { sft } from "#server/runs/methods/sft.ts";
import { methods } from "#server/runs/methods/table.ts";

const typed = (hyperParameters: Record<string, string>): RunDraft => ({
  base: "nano",
  dataset: "tickets",
  name: " ",
  modelName: "",
  suite: noSuite,
  method: "sft",
  hyperParameters,
});

test("a typed setting that is no number or out of its range is named with its bounds, at its field", () => {
  const read = runForms(methods).start.safeParse(typed({ epochs: "0", loraR: "abc", seed: " 7 ", batchSize: "1,5" }));
  expect(read.error?.issues.map(({ path, message }) => [path.join("."), message])).toEqual([
    ["hyperParameters.epochs", "Epochs: a number between 0.01 and 100"],
    ["hyperParameters.batchSize", "Batch size: a whole number between 1 and 256"],
    ["hyperParameters.loraR", "LoRA rank: a whole number between 1 and 256"],
  ]);
});

test("what is left empty is not asked for", () => {
  expect(runForms(methods).start.parse(typed({ epochs: " ", seed: "7" }))).toEqual({
    base: "nano",
    dataset: "tickets",
    method: "sft",
    hyperParameters: { seed: 7 },
    suite: null,
  });
});

test("empty takes the suggestion, and 0 steps between validations turns validation off", () => {
  const asked = (text: string) => readSettings(sft, { evalEverySteps: text });
  expect(asked(" ")).toEqual({});
  expect(asked("0")).toEqual({ evalEverySteps: null });
});

test("a clone asks for exactly the settings of its run, also for those that are off", () => {
  const known = { parameters: null, contextLength: null, trainRows: 100 };
  for (const validationRows of [0, 10]) {
    const { maxSteps, ...settings } = suggestFor(sft, { ...known, validationRows });
    expect(readSettings(sft, draftOfSettings(sft, { ...settings, maxSteps }))).toEqual(settings);
  }
});
