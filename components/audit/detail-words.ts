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
  const text = textOf(value);
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text;
}

function textOf(value: unknown): string {
  if (typeof value === "string") return shorter(value);
  if (Array.isArray(value)) return value.map(textOf).join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  const { name, from, to, ok, ...rest } = value as Record<string, unknown>; // safe because it is an object
  if (typeof name !== "string") return pairs(value);
  if (typeof from === "number" && typeof to === "number") return `${name} from ${from / 100} % to ${to / 100} %`;
  if (typeof ok === "boolean") return `${name} ${ok ? "passed" : "did not pass"}`;
  return Object.keys(rest).length > 0 ? `${name} (${pairs(rest)})` : name;
}

function pairs(value: object): string {
  return Object.entries(value)
    .filter(([, part]) => part !== null && part !== "")
    .map(([name, part]) => `${nameWords(name)} ${textOf(part)}`)
    .join(", ");
}

/** An id shrinks to its last six characters, a time to the minute. */
function shorter(text: string) {
  if (/^[a-z]+[_-][0-9a-hjkmnp-tv-z]{26}$/.test(text)) return shortId(text);
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text)) return `${text.slice(0, 16).replace("T", " ")} UTC`;
  return text;
}
