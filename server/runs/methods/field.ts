import { z } from "zod";

/** What a hyper-parameter may hold; null is "off" or "set by something else", as its field's `none` says. */
export type HyperValue = number | string | boolean | null;

/** What is known of base and data when settings are suggested. */
export type Known = {
  parameters: number | null;
  /** tokens */
  contextLength: number | null;
  trainRows: number;
  validationRows: number;
};

export function isHyperValue(value: unknown): value is HyperValue {
  return value === null || ["number", "string", "boolean"].includes(typeof value);
}

type About<T> = {
  label: string;
  /** one or two sentences for the form and the shell */
  help: string;
  /** `main` is always shown, `more` under "All settings" */
  group: "main" | "more";
  /** where it lies in the trainer's spec, e.g. `optim.learningRate` */
  path: string;
  /** the shell's flag with its argument, e.g. `--lr <number>` */
  flag: string;
  /** the value, or how it follows from base and data */
  suggest: T | ((known: Known) => T);
  /** its name in OpenAI's `hyperparameters`; a `multiplier` there is of what is suggested */
  openai?: { name: string; multiplier?: true };
  /** null whenever the data has no validation rows */
  needsValidation?: true;
};

/** How null is said, and what a person types for it. */
type None = { label: string; typed: string };

type Kind =
  | { kind: "number"; min: number; max: number; whole: boolean; none: None | null }
  | { kind: "choice"; options: readonly string[] }
  | { kind: "switch"; flagSets: boolean };

/** One option of a training method, declared once: form, shell, APIs and the trainer's schema follow from it. */
export type Field<T extends HyperValue = HyperValue> = About<T> & Kind & { schema: z.ZodType<T> };
export type Fields = Readonly<Record<string, Field>>;
export type Values<F extends Fields> = { [K in keyof F]: F[K] extends Field<infer T> ? T : never };

type Bounds = { min: number; max: number };

/** A number between two bounds, both allowed. */
export function number(about: About<number> & Bounds): Field<number> {
  return { ...about, kind: "number", whole: false, none: null, schema: boundedNumber(about, false) };
}

/** A whole number between two bounds, both allowed. */
export function whole(about: About<number> & Bounds): Field<number> {
  return { ...about, kind: "number", whole: true, none: null, schema: boundedNumber(about, true) };
}

/** A whole number, or null for what `none` says. */
export function wholeOrNone(about: About<number | null> & Bounds & { none: None }): Field<number | null> {
  return { ...about, kind: "number", whole: true, schema: boundedNumber(about, true).nullable() };
}

export function choice<const O extends readonly [string, ...string[]]>(
  about: About<O[number]> & { options: O },
): Field<O[number]> {
  return { ...about, kind: "choice", schema: z.enum(about.options) };
}

/** On or off; giving the flag sets it to `flagSets`. */
export function toggle(about: About<boolean> & { flagSets: boolean }): Field<boolean> {
  return { ...about, kind: "switch", schema: z.boolean() };
}

function boundedNumber({ label, min, max }: { label: string } & Bounds, whole: boolean): z.ZodNumber {
  const error = `${label}: ${whole ? "a whole number" : "a number"} between ${min} and ${max}`;
  const schema = z.number({ error }).min(min, error).max(max, error);
  return whole ? schema.int(error) : schema;
}

/** What a person typed for a field, as its schema takes it; that says what is wrong with it. */
export function typedValue(field: Field, typed: string): HyperValue {
  const text = typed.trim();
  if (field.kind === "choice") return text;
  if (field.kind === "switch") return text === "true";
  if (field.none?.typed === text) return null;
  return text === "" ? Number.NaN : Number(text);
}

/** What a person typed for a field → its value, or what is wrong with it. */
export function readField(
  field: Field,
  text: string,
): { ok: true; value: HyperValue } | { ok: false; message: string } {
  const read = field.schema.safeParse(typedValue(field, text));
  if (read.success) return { ok: true, value: read.data };
  return { ok: false, message: read.error.issues[0]?.message ?? `${field.label}: not a valid value` };
}

/** A value as a person would type it. */
export function writeField(field: Field, value: HyperValue): string {
  if (value !== null) return String(value);
  return field.kind === "number" ? (field.none?.typed ?? "") : "";
}

/** A value as a page shows it: "set by epochs", "yes", "0.0002". */
export function showField(field: Field, value: HyperValue): string {
  if (value === null) return field.kind === "number" && field.none ? field.none.label : "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return String(value);
}
