import { z } from "zod";
import { parseJson, sameFields } from "#server/evals/json-answer.rule.ts";
import { tokenF1 } from "#server/evals/token-f1.rule.ts";

/** A mark between 0 and 1, and whether that passes. */
export type Mark = { mark: number; passed: boolean };

/** How a form asks for an option: `read` makes its value of what was typed, undefined where nothing was. */
type Ask = { label: string; hint: string; placeholder: string; read: (typed: string) => unknown };

/** One way to mark an answer against its reference, declared once: form, shell, API and the eval follow from it. */
type Declared<O extends z.ZodRawShape> = {
  label: string;
  /** one sentence for the form */
  hint: string;
  /** are marks only ever 0 or 1, so that shares and exact tests apply? */
  binary: boolean;
  /** what a suite may set, each of it optional */
  options: O;
  asks: { [K in keyof O]: Ask };
  /** what a reference has to be for any answer to pass; absent: every reference will do */
  reference?: string;
  score: (reference: string, output: string, options: z.output<z.ZodObject<O>>) => Mark;
};

function grader<O extends z.ZodRawShape>({ score, ...declared }: Declared<O>) {
  const schema = z.object(declared.options);
  const asks: Readonly<Record<string, Ask>> = declared.asks;
  const mark = (config: object, reference: string, output: string) => score(reference, output, schema.parse(config));
  return { ...declared, asks, mark };
}

/** Every grader by its kind, in the order of the form. A new one is one more entry. */
export const graders = {
  exact_match: grader({
    label: "Exact match",
    hint: "The answer is the reference, ignoring white space at its ends.",
    binary: true,
    options: {},
    asks: {},
    score: (reference, output) => passOrFail(tidy(output) === tidy(reference)),
  }),
  contains: grader({
    label: "Contains",
    hint: "The reference occurs in the answer, ignoring case.",
    binary: true,
    options: {},
    asks: {},
    score: (reference, output) => passOrFail(tidy(output).toLowerCase().includes(tidy(reference).toLowerCase())),
  }),
  json_valid: grader({
    label: "JSON valid",
    hint: "The answer is one JSON document.",
    binary: true,
    options: {},
    asks: {},
    score: (_reference, output) => passOrFail(parseJson(output) !== undefined),
  }),
  json_fields: grader({
    label: "JSON fields",
    hint: "Valid JSON, equal to the reference in the chosen fields, or in all.",
    binary: true,
    options: { fields: z.array(z.string().trim().min(1).max(100)).max(20, "at most 20 fields").optional() },
    asks: {
      fields: {
        label: "JSON fields",
        hint: "Separated by commas; address.city walks into objects. Empty compares the whole document.",
        placeholder: "category, priority",
        read: namesIn,
      },
    },
    reference: "a JSON document with its fields",
    score: (reference, output, { fields = [] }) =>
      passOrFail(sameFields(parseJson(reference), parseJson(output), fields)),
  }),
  token_f1: grader({
    label: "Token F1",
    hint: "Share of words in common.",
    binary: false,
    options: { threshold: z.number("write a number").min(0).max(1, "an F1 lies between 0 and 1").optional() },
    asks: {
      threshold: { label: "Token F1 passes from", hint: "Between 0 and 1.", placeholder: "0.5", read: numberIn },
    },
    score: (reference, output, { threshold = 0.5 }) => {
      const mark = tokenF1(reference, output);
      return { mark, passed: mark >= threshold };
    },
  }),
};

export type GraderKind = keyof typeof graders;
type AnyGrader = (typeof graders)[GraderKind];
export const graderKinds = Object.keys(graders) as [GraderKind, ...GraderKind[]]; // safe because it is keyed by them

/** One grader of a suite, as it is stored; the first one is the headline. What the kind's options say stands beside. */
export type Grader = { name: string; kind: string; [option: string]: unknown };

/** The grader of a stored suite. Throws when this version of the software does not have it. */
function graderOf(kind: string): AnyGrader {
  const found = findGrader(kind);
  if (!found) throw new Error(`there is no grader ${kind} in this version of the software`);
  return found;
}

function findGrader(kind: string): AnyGrader | undefined {
  return graderKinds.includes(kind as GraderKind) ? graders[kind as GraderKind] : undefined; // safe because it is looked for
}

/** Mark one answer against its reference. A missing answer (the call failed) gets 0. */
export function grade(config: Grader, reference: string, output: string | null): Mark {
  return output === null ? passOrFail(false) : graderOf(config.kind).mark(config, reference, output);
}

/** Would the reference itself pass? Where it would not (prose, a field that it lacks), no answer ever can. */
export function canPass(config: Grader, reference: string): boolean {
  return whatReferencesNeed(config) === null || grade(config, reference, reference).passed;
}

/** What every reference has to be for this grader, as "a JSON document"; null when any will do. */
export function whatReferencesNeed(config: Grader): string | null {
  return graderOf(config.kind).reference ?? null;
}

/** Is a mark of this kind only ever 0 or 1, so that shares and exact tests apply? */
export function isBinary(kind: string): boolean {
  return findGrader(kind)?.binary ?? false;
}

/** Under which name an option is typed: `json_fields.fields`. */
export function optionKey(kind: string, option: string): string {
  return `${kind}.${option}`;
}

/** A grader's options from what was typed, by `optionKey`; undefined where nothing was. */
export function readOptions(kind: string, typed: Readonly<Record<string, string>>): Record<string, unknown> {
  const asked = Object.entries(findGrader(kind)?.asks ?? {});
  return Object.fromEntries(asked.map(([option, { read }]) => [option, read(typed[optionKey(kind, option)] ?? "")]));
}

function passOrFail(passed: boolean): Mark {
  return { mark: passed ? 1 : 0, passed };
}

/** Compared as people read: Unicode composed, white space at the ends and line ends folded. */
function tidy(text: string) {
  return text.normalize("NFC").replaceAll("\r\n", "\n").trim();
}

/** "a, b" → the names; undefined when there is none. */
function namesIn(typed: string): string[] | undefined {
  const names = typed
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
  return names.length > 0 ? names : undefined;
}

/** NaN for what is no number, which a schema refuses; undefined when nothing was typed. */
function numberIn(typed: string): number | undefined {
  return typed.trim() === "" ? undefined : Number(typed);
}
