import { shortId } from "#components/ui/format.ts";
import { percent } from "#server/deployments/weights.rule.ts";
import type { DetailField } from "#server/signals/changes.ts";
import { cutText } from "#server/text/cut-text.rule.ts";

const longestValue = 120;

/** What ids are called here: `{ mv_…: "triage/2" }`. */
type Names = Readonly<Record<string, string>>;

/** What a flag means when it is set; unset it says nothing. */
const flags = {
  forced: "the gate was overridden",
  forceTried: "tried to override the gate",
} satisfies Partial<Record<DetailField, string>>;

/** What stands before a value. An id is called by what it names: its name stands behind it. */
const labels = {
  sessions: "sessions",
  sessionId: "session",
  isOwner: "is owner",
  reason: "reason",
  minutes: "minutes",
  role: "role",
  slug: "slug",
  name: "name",
  effects: "effects",
  keys: "keys",
  keysTo: "keys to",
  from: "from",
  to: "to",
  scopes: "scopes",
  expiresAt: "expires at",
  purpose: "purpose",
  bytes: "bytes",
  versionId: "version",
  sha256: "sha256",
  datasetId: "dataset",
  version: "version",
  versions: "versions",
  do: "do",
  mapping: "mapping",
  status: "status",
  rows: "rows",
  badRows: "bad rows",
  modelVersionId: "model version",
  step: "step",
  base: "base",
  dataset: "dataset",
  steps: "steps",
  code: "code",
  datasetVersionId: "dataset version",
  cases: "cases",
  targets: "targets",
  pairs: "pairs",
  overlap: "overlap",
  suiteId: "suite",
  candidate: "candidate",
  baseline: "baseline",
  modelId: "model",
  kind: "kind",
  alias: "alias",
  model: "model",
  previous: "previous",
  evalId: "eval",
  checks: "checks",
  runId: "run",
  revisionId: "revision",
  number: "number",
  answeredBy: "answered by",
  takesOverFrom: "takes over from",
  revisions: "revisions",
  before: "before",
  moves: "moves",
  wanted: "wanted",
  input: "input",
  output: "output",
  requestId: "request",
  requestDays: "days of requests",
  rollupDays: "days of hourly totals",
  runEventDays: "days of run events",
  auditDays: "days of audit log",
  why: "why",
} satisfies Record<Exclude<DetailField, keyof typeof flags>, string>;

const known: Readonly<Record<string, string>> = labels;
const knownFlags: Readonly<Record<string, string>> = flags;

/** The detail of an audit row in one line: `role: viewer · minutes: 15`. Values of any shape, cut where they are long. */
export function formatDetail(detail: Record<string, unknown>, names: Names = {}): string {
  return Object.entries(detail)
    .filter(([name, value]) => !isEmpty(value) && !(name === "number" && "revisionId" in detail))
    .flatMap(([name, value]) => {
      const flag = Object.hasOwn(knownFlags, name) && knownFlags[name];
      if (flag) return value === true ? [flag] : [];
      const text = textOf(value, names);
      return [`${formatName(name)}: ${text.length > longestValue ? `${cutText(text, longestValue)}…` : text}`];
    })
    .join(" · ");
}

function isEmpty(value: unknown) {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

/** A field that only old rows have is split into its words: `datasetVersionId` → "dataset version". */
function formatName(name: string) {
  const label = Object.hasOwn(known, name) && known[name];
  if (label) return label;
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
      return `${formatName(name)} ${textOf(part, names)}`;
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
