import { z } from "zod";
import { HyperParameters } from "#server/runs/input.ts";

/** The form's word for "no eval by itself". */
export const noSuite = "none";

const Choices = HyperParameters.pick({ scheduler: true, assistantOnlyLoss: true });
const Numbers = HyperParameters.omit({ scheduler: true, assistantOnlyLoss: true });
export type NumberSetting = keyof z.infer<typeof Numbers>;

/** The unsaved form of a new run; numbers as they were typed, so that a wrong one is neither lost nor passed over. */
export const RunDraft = z.object({
  base: z.string(),
  dataset: z.string(),
  name: z.string(),
  modelName: z.string(),
  suite: z.string(),
  numbers: z.partialRecord(Numbers.keyof(), z.string()),
  choices: Choices.partial(),
});
export type RunDraft = z.infer<typeof RunDraft>;
export type SettingsDraft = Pick<RunDraft, "numbers" | "choices">;
export const emptyRun: RunDraft = {
  base: "",
  dataset: "",
  name: "",
  modelName: "",
  suite: noSuite,
  numbers: {},
  choices: {},
};

/** What the typed settings ask for, and what is wrong with those that ask for nothing; what is left empty is in neither. */
export function readSettings({ numbers, choices }: SettingsDraft) {
  const chosen: Partial<Record<NumberSetting, number | null>> = {};
  const wrong: Partial<Record<NumberSetting, string>> = {};
  for (const key of Numbers.keyof().options) {
    const text = numbers[key]?.trim();
    if (!text) continue;
    const read = Numbers.shape[key].safeParse(readNumber(key, text));
    if (read.success) chosen[key] = read.data;
    else wrong[key] = read.error.issues[0]?.message ?? "this is not a number";
  }
  return { hyperParameters: HyperParameters.partial().parse({ ...chosen, ...choices }), wrong };
}

/** The form of settings that a run had. */
export function draftOfSettings({ scheduler, assistantOnlyLoss, ...numbers }: HyperParameters): SettingsDraft {
  const texts = Numbers.keyof().options.map((key) => [key, writeNumber(key, numbers[key])]);
  return { numbers: Object.fromEntries(texts), choices: { scheduler, assistantOnlyLoss } };
}

/** No steps between validations is no validation. */
function readNumber(key: NumberSetting, text: string) {
  const value = Number(text);
  return key === "evalEverySteps" && value === 0 ? null : value;
}

function writeNumber(key: NumberSetting, value: number | null) {
  if (value !== null) return String(value);
  return key === "evalEverySteps" ? "0" : "";
}
