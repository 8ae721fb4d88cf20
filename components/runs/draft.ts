import { z } from "zod";
import { anyMethod, type PlanRun, planShape, type StartRun, startShape } from "#server/runs/input.ts";
import { type HyperValue, typedValue, writeField } from "#server/runs/methods/field.ts";
import { fieldsOf, type Method } from "#server/runs/methods/method.ts";

/** The form's word for "no eval by itself". */
export const noSuite = "none";

/** A new run as it is typed; its settings too, so that a wrong one is neither lost nor skipped. */
export const RunDraft = z.object({
  base: z.string(),
  dataset: z.string(),
  name: z.string(),
  modelName: z.string(),
  suite: z.string(),
  method: z.string(),
  hyperParameters: z.record(z.string(), z.string()),
});
export type RunDraft = z.infer<typeof RunDraft>;
export type TypedSettings = RunDraft["hyperParameters"];

export type Methods = readonly [Method, ...Method[]];

/** From what is typed to the inputs of `runs.start` and `runs.estimate`, for the methods of a table. */
export function runForms(methods: Methods) {
  const typed = RunDraft.transform((draft) => requestOf(draft, methods));
  return {
    // safe because the union is built from the methods of the table, as the verbs' own are
    start: typed.pipe(anyMethod(startShape, methods)) as unknown as z.ZodType<StartRun, RunDraft>,
    plan: typed.pipe(anyMethod(planShape, methods)) as unknown as z.ZodType<PlanRun, RunDraft>,
  };
}

function requestOf(draft: RunDraft, methods: Methods): unknown {
  const method = methodIn(methods, draft.method);
  return {
    base: draft.base,
    dataset: draft.dataset,
    method: method.name,
    hyperParameters: readSettings(method, draft.hyperParameters),
    suite: draft.suite === noSuite ? null : draft.suite,
    modelName: draft.modelName.trim() || undefined,
    name: draft.name.trim() || undefined,
  };
}

/** The method of that name; the table's first when it has none of that name any more. */
export function methodIn(methods: Methods, name: string): Method {
  return methods.find((method) => method.name === name) ?? methods[0];
}

/**
 * What the typed settings ask for, unchecked. What is left empty is not asked for; what another method knows and this
 * one does not stays in the form, so that changing the method and back loses nothing.
 */
export function readSettings(method: Pick<Method, "fields">, typed: TypedSettings): Record<string, HyperValue> {
  const asked = fieldsOf(method).flatMap(([key, field]) => {
    const text = typed[key]?.trim();
    return text ? [[key, typedValue(field, text)]] : [];
  });
  return Object.fromEntries(asked);
}

/** The form of settings that a run had. */
export function draftOfSettings(
  method: Pick<Method, "fields">,
  chosen: Readonly<Record<string, HyperValue>>,
): TypedSettings {
  return Object.fromEntries(fieldsOf(method).map(([key, field]) => [key, writeField(field, chosen[key] ?? null)]));
}
