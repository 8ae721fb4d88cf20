import { shortId } from "#components/ui/format.ts";

const longestValue = 120;

/** The detail of an audit row in one line: `role: viewer · minutes: 15`. Values of any shape, cut where they are long. */
export function detailWords(detail: Record<string, unknown>): string {
  return Object.entries(detail)
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => `${nameWords(name)}: ${valueWords(value)}`)
    .join(" · ");
}

function nameWords(name: string) {
  return name.replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
}

function valueWords(value: unknown): string {
  const text =
    typeof value === "string"
      ? shorter(value)
      : Array.isArray(value)
        ? value.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join(", ")
        : JSON.stringify(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}

/** An id shrinks to its last six characters, a time to the minute. */
function shorter(text: string) {
  if (/^[a-z]+[_-][0-9a-hjkmnp-tv-z]{26}$/.test(text)) return shortId(text);
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text)) return `${text.slice(0, 16).replace("T", " ")} UTC`;
  return text;
}
