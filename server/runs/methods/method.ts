import { z } from "zod";
import type { DatasetShape } from "#db/enums.ts";
import type { Field, Fields, HyperValue, Known, Values } from "#server/runs/methods/field.ts";

/** What steps, time and disk of a run are estimated from. */
export type Workload = {
  epochs: number;
  /** wins over the epochs */
  maxSteps: number | null;
  batchSize: number;
  gradientAccumulation: number;
  /** LoRA rank */
  rank: number;
  checkpointEverySteps: number;
  checkpointsKept: number;
};

/** A part of the spec that nobody chooses: its schema and what we write. */
export type FixedPart = { schema: z.ZodType; value: unknown };

/**
 * A training method, declared once. The input's union, the form, the settings of a run, the shell's flags, OpenAI's
 * names and the trainer's schema follow from it; the trainer runs it by `trainer/src/largeforge_trainer/methods/<name>.py`.
 */
export type Method<N extends string = string, F extends Fields = Fields> = {
  name: N;
  /** as a column says it: "SFT" */
  label: string;
  title: string;
  description: string;
  /** shapes of data that it learns from */
  shapes: readonly DatasetShape[];
  /** why it does not learn from the others: `<dataset> holds …` */
  refusals: Partial<Record<DatasetShape, string>>;
  /** in the order of the form */
  fields: F;
  /** by their path in the spec */
  fixed: Readonly<Record<string, FixedPart>>;
  /** its `method.type` in OpenAI's API; null: not offered there */
  openaiType: string | null;
  // a method, not a property: a table of methods is read by code that knows none of their fields
  workload(chosen: Values<NoInfer<F>>): Workload;
};

/** Checks a method's types where it is declared, and keeps them. */
export function defineMethod<const N extends string, F extends Fields>(method: Method<N, F>): Method<N, F> {
  return method;
}

/** Every hyper-parameter of the method, complete and in range; unknown ones are refused. */
export function hyperParametersSchema<F extends Fields>({ fields }: { fields: F }) {
  const shape = Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.schema]));
  return z.strictObject(shape as { [K in keyof F]: z.ZodType<Values<F>[K]> }); // safe because the keys are those of F
}

/** Settings to start from, for this base and data. */
export function suggestFor<F extends Fields>({ fields }: { fields: F }, known: Known): Values<F> {
  const suggested = Object.entries(fields).map(([key, { suggest }]) => [
    key,
    typeof suggest === "function" ? suggest(known) : suggest,
  ]);
  return Object.fromEntries(suggested) as Values<F>; // safe because each field suggests a value of its own type
}

/** What a run is started with: what was asked for, the rest as suggested. */
export function completeSettings(
  { fields }: Pick<Method, "fields">,
  known: Known,
  asked: Readonly<Record<string, HyperValue>>,
): Record<string, HyperValue> {
  const chosen = { ...suggestFor({ fields }, known), ...asked };
  for (const [key, { needsValidation }] of Object.entries(fields))
    if (needsValidation && known.validationRows === 0) chosen[key] = null;
  return chosen;
}

/** The fields in the form's order, with their keys. */
export function fieldsOf(method: Pick<Method, "fields">, group?: Field["group"]): [string, Field][] {
  return Object.entries(method.fields).filter(([, field]) => group === undefined || field.group === group);
}

/** The main settings in one line: "epochs 3, learning rate 0.0002, …". */
export function summarize(method: Pick<Method, "fields">, chosen: Readonly<Record<string, HyperValue>>): string {
  const named = fieldsOf(method, "main").map(([key, { label }]) => `${inSentence(label)} ${chosen[key] ?? "none"}`);
  return named.join(", ");
}

/** A label inside a sentence: "learning rate", but "LoRA rank". */
export function inSentence(label: string): string {
  return /^[A-Z][a-z]+(?= |$)/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label;
}
