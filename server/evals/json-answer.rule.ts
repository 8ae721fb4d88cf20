import { isExactNumber, numberKey, parseExactJson } from "#server/text/exact-json.rule.ts";

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

/** Whether an answer has the reference's values in these fields, in all of the document when none is named. */
export function sameFields(reference: unknown, output: unknown, fields: readonly string[]): boolean {
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
