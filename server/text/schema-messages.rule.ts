import { z } from "zod";

/** Whatever imports this module gets its schemas' messages in our words, for the field whose name stands before them. */
z.config({ localeError: (issue) => messageOf(issue) });

const units: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ["character", "characters"],
  array: ["entry", "entries"],
  set: ["entry", "entries"],
  map: ["entry", "entries"],
};

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  date: "a date",
};

const formats: Readonly<Record<string, string>> = {
  email: "an e-mail address",
  url: "a URL",
  datetime: "a date and time (ISO 8601)",
  date: "a date (ISO 8601)",
};

/** What a schema found wrong, as what the value must be: "must be at most 2". A schema's own message goes before it. */
function messageOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      if (issue.input === undefined) return "is missing";
      return `must be ${kinds[issue.expected] ?? issue.expected}${found(issue.input)}`;
    case "invalid_value": {
      const values = issue.values.map((value) => JSON.stringify(value) ?? String(value));
      return values.length === 1 ? `must be ${values[0]}` : `must be one of ${values.join(", ")}`;
    }
    case "too_big":
      return bound(
        issue.origin,
        Number(issue.maximum),
        issue.exact ? "exactly" : issue.inclusive ? "at most" : "less than",
      );
    case "too_small":
      if (issue.origin === "string" && Number(issue.minimum) === 1 && !issue.exact) return "must not be empty";
      return bound(
        issue.origin,
        Number(issue.minimum),
        issue.exact ? "exactly" : issue.inclusive ? "at least" : "more than",
      );
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "invalid_format":
      return `must be ${formats[issue.format] ?? `written otherwise (${issue.pattern ?? issue.format})`}`;
    case "unrecognized_keys":
      return `has no field ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}`;
    default:
      return "is none of the forms it may have";
  }
}

function bound(origin: string, limit: number, how: string): string {
  const unit = units[origin];
  return unit ? `must have ${how} ${limit} ${limit === 1 ? unit[0] : unit[1]}` : `must be ${how} ${limit}`;
}

/** Only what cannot be long or private is repeated. */
function found(input: unknown): string {
  if (input === null || typeof input === "boolean") return `, not ${input}`;
  if (typeof input === "number") return `, not ${input}`;
  return `, not ${Array.isArray(input) ? "a list" : (kinds[typeof input] ?? typeof input)}`;
}
