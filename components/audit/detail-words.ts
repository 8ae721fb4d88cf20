import { shortId } from "#components/ui/format.ts";
import { percent } from "#server/deployments/weights.rule.ts";

const longestValue = 120;

/** What ids are called here: `{ mv_…: "triage/2" }`. */
type Names = Readonly<Record<string, string>>;

/** What a flag means when it is set; unset it says nothing. */
const flags: Readonly<Record<string, string>> = {
  forced: "the gate was overridden",
  forceTried: "tried to override the gate",
};

/** The detail of an audit row in one line: `role: viewer · minutes: 15`. Values of any shape, cut where they are long. */
export function detailWords(detail: Record<string, unknown>, names: Names = {}): string {
  return Object.entries(detail)
    .filter(([name, value]) => !isEmpty(value) && !(name === "number" && "revisionId" in detail))
    .flatMap(([name, value]) => {
      const flag = flags[name];
      if (flag) return value === true ? [flag] : [];
      const text = textOf(value, names);
      return [`${nameWords(name)}: ${text.length > longestValue ? `${text.slice(0, longestValue)}…` : text}`];
    })
    .join(" · ");
}

function isEmpty(value: unknown) {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

/** `datasetVersionId` → "dataset version": what it is called stands behind it. */
function nameWords(name: string) {
  return name
    .replace(/Id$/, "")
    .replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
}

function textOf(value: unknown, names: Names): string {
  if (typeof value === "string") return names[value] ?? shorter(value);
  if (Array.isArray(value)) return value.map((one) => textOf(one, names)).join(", ");
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "object" || value === null) return String(value);
  const { name, from, to, ok, weightBps, ...rest } = value as Record<string, unknown>; // safe because it is an object
  if (typeof weightBps === "number") return `${whoOf(rest, names)} ${percent(weightBps)}`;
  if (typeof name !== "string") return pairs(value, names);
  if (typeof from === "number" && typeof to === "number") return `${name} from ${percent(from)} to ${percent(to)}`;
  if (typeof ok === "boolean") return `${name} ${ok ? "passed" : "did not pass"}`;
  return Object.keys(rest).length > 0 ? `${name} (${pairs(rest, names)})` : name;
}

/** A revision that has a share, by whatever the row knows of it: "v2 (triage/1)", "v2", "triage/1". */
function whoOf({ number, revisionId, model }: Record<string, unknown>, names: Names): string {
  const revision = typeof number === "number" ? `v${number}` : textOf(revisionId ?? "", names);
  if (typeof model !== "string") return revision;
  return revision ? `${revision} (${model})` : model;
}

function pairs(value: object, names: Names): string {
  return Object.entries(value)
    .filter(([, part]) => !isEmpty(part))
    .map(([name, part]) => {
      // revisions and their shares, as they were before a move
      if (/^v\d+$/.test(name) && typeof part === "number") return `${name} ${percent(part)}`;
      return `${nameWords(name)} ${textOf(part, names)}`;
    })
    .join(", ");
}

/** An id shrinks to its last six characters, a time to the minute, a sha256 to its beginning. */
function shorter(text: string) {
  if (/^[a-z]+[_-][0-9a-hjkmnp-tv-z]{26}$/.test(text)) return shortId(text);
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text)) return `${text.slice(0, 16).replace("T", " ")} UTC`;
  if (/^[0-9a-f]{64}$/.test(text)) return `${text.slice(0, 12)}…`;
  return text;
}
