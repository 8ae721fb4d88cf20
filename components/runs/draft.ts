import { z } from "zod";
import { type HyperValue, readField, writeField } from "#server/runs/methods/field.ts";
import { fieldsOf, type Method } from "#server/runs/methods/method.ts";
import { methods } from "#server/runs/methods/table.ts";

/** The form's word for "no eval by itself". */
export const noSuite = "none";

/** The unsaved form of a new run; settings as they were typed, so that a wrong one is neither lost nor skipped. */
export const RunDraft = z.object({
  base: z.string(),
  dataset: z.string(),
  name: z.string(),
  modelName: z.string(),
  suite: z.string(),
  method: z.string(),
  settings: z.record(z.string(), z.string()),
});
export type RunDraft = z.infer<typeof RunDraft>;
export type TypedSettings = RunDraft["settings"];
export const emptyRun: RunDraft = {
  base: "",
  dataset: "",
  name: "",
  modelName: "",
  suite: noSuite,
  method: methods[0].name,
  settings: {},
};

/** What the typed settings ask for, and what is wrong with those that ask for nothing; what is left empty is in neither. */
export function readSettings(method: Pick<Method, "fields">, typed: TypedSettings) {
  const hyperParameters: Record<string, HyperValue> = {};
  const wrong: Record<string, string> = {};
  for (const [key, field] of fieldsOf(method)) {
    const text = typed[key]?.trim();
    if (!text) continue;
    const read = readField(field, text);
    if (read.ok) hyperParameters[key] = read.value;
    else wrong[key] = read.message;
  }
  return { hyperParameters, wrong };
}

/** The form of settings that a run had. */
export function draftOfSettings(
  method: Pick<Method, "fields">,
  chosen: Readonly<Record<string, HyperValue>>,
): TypedSettings {
  return Object.fromEntries(fieldsOf(method).map(([key, field]) => [key, writeField(field, chosen[key] ?? null)]));
}
