import type { GraderKind } from "#db/enums.ts";
import { isExactNumber, numberKey, parseExactJson } from "#server/text/exact-json.rule.ts";

/** One grader of a suite; the first one is the headline. `fields`: for json_fields, all of the reference's when empty. */
export type Grader = { name: string; kind: GraderKind; fields?: string[]; threshold?: number };

/** A mark between 0 and 1, and whether that passes. */
export type Mark = { mark: number; passed: boolean };

const defaultF1 = 0.5;

/** Mark one answer against its reference. A missing answer (the call failed) gets 0. */
export function grade(grader: Grader, reference: string, output: string | null): Mark {
  if (output === null) return { mark: 0, passed: false };
  switch (grader.kind) {
    case "exact_match":
      return binary(tidy(output) === tidy(reference));
    case "contains":
      return binary(tidy(output).toLowerCase().includes(tidy(reference).toLowerCase()));
    case "json_valid":
      return binary(parseJson(output) !== undefined);
    case "json_fields":
      return binary(sameFields(parseJson(reference), parseJson(output), grader.fields ?? []));
    case "token_f1": {
      const mark = tokenF1(reference, output);
      return { mark, passed: mark >= (grader.threshold ?? defaultF1) };
    }
  }
}

/** Would the reference itself pass? Where it would not (prose, a field that it lacks), no answer ever can. */
export function canPass(grader: Grader, reference: string): boolean {
  return grader.kind !== "json_fields" || grade(grader, reference, reference).passed;
}

/** Is a mark of this kind only ever 0 or 1, so that shares and exact tests apply? */
export function isBinary(kind: GraderKind): boolean {
  return kind !== "token_f1";
}

const binary = (passed: boolean): Mark => ({ mark: passed ? 1 : 0, passed });

/** Compared as people read: Unicode composed, white space at the ends and line ends folded. */
function tidy(text: string) {
  return text.normalize("NFC").replaceAll("\r\n", "\n").trim();
}

/** A Markdown fence around everything, on lines of its own or in one, with or without the language's name. */
const fence = /^(`{3,}|~{3,})[ \t]*(?:json\b)?([\s\S]*)\1$/i;

/**
 * The value of a text that is one JSON document, also inside a Markdown fence, with its numbers exact; undefined when it
 * is none, nests too deep, or has a key twice in one object, so that nobody could say what it means.
 */
export function parseJson(text: string): unknown {
  const trimmed = text.trim();
  const parsed = parseExactJson(fence.exec(trimmed)?.[2] ?? trimmed);
  return parsed.fault === null ? parsed.value : undefined;
}

function sameFields(reference: unknown, output: unknown, fields: readonly string[]): boolean {
  if (reference === undefined || output === undefined) return false;
  if (fields.length === 0) return canonical(reference) === canonical(output);
  return fields.every((field) => {
    const wanted = fieldAt(reference, field);
    return wanted !== undefined && canonical(wanted) === canonical(fieldAt(output, field));
  });
}

/** `address.city` walks into objects. */
function fieldAt(value: unknown, path: string): unknown {
  let at = value;
  for (const key of path.normalize("NFC").split(".")) {
    if (typeof at !== "object" || at === null) return undefined;
    const found: [string, unknown] | undefined = Object.entries(at).find(([name]) => name.normalize("NFC") === key);
    if (!found) return undefined;
    at = found[1];
  }
  return at;
}

/** JSON with sorted keys, composed texts and numbers by their exact value (1 is 1.0): two equal values have one text. */
function canonical(value: unknown): string {
  if (typeof value === "number" || isExactNumber(value)) return numberKey(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "string") return JSON.stringify(value.normalize("NFC"));
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, item]) => [canonical(key), canonical(item)] as const);
    const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${sorted.map((entry) => entry.join(":")).join(",")}}`;
  }
  return JSON.stringify(value) ?? "undefined";
}

/**
 * Token overlap F1 as in SQuAD's evaluate-v2.0.py (Rajpurkar et al. 2018, `compute_f1`): lower case, then no ASCII
 * punctuation, no English articles, white space folded. Composed to NFC first, as all graders are.
 */
export function tokenF1(reference: string, output: string): number {
  const wanted = words(reference);
  const got = words(output);
  if (wanted.length === 0 || got.length === 0) return wanted.length === got.length ? 1 : 0;
  const left = new Map<string, number>();
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of got) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    common++;
  }
  return common === 0 ? 0 : (2 * common) / (wanted.length + got.length);
}

/** Python's string.punctuation. */
const punctuation = /[!-/:-@[-`{-~]/g;
/** Words of their own: JavaScript's `\b` knows ASCII letters only and would find an article in `día`. */
const articles = /(?<![\p{L}\p{M}\p{N}_])(?:a|an|the)(?![\p{L}\p{M}\p{N}_])/gu;
/** What Python's str.split() splits at; `\s` lacks the separators U+001C…1F and U+0085 and has U+FEFF. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the separators are meant
const spaces = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;

function words(text: string) {
  const plain = text.normalize("NFC").toLowerCase().replaceAll(punctuation, "").replaceAll(articles, " ");
  return plain.split(spaces).filter((word) => word !== "");
}
