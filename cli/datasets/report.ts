import { table } from "#cli/output.ts";
import { guessMapping, mappingOf } from "#components/datasets/mapping-draft.ts";
import { plural } from "#components/ui/format.ts";
import { formatNote, type Note } from "#server/datasets/pass/note.rule.ts";
import { formatPlaces, maxListedProblems } from "#server/datasets/pass/problems.rule.ts";
import type { Report } from "#server/datasets/pass/report.rule.ts";
import type { SeenColumn } from "#server/datasets/shapes/detect.rule.ts";
import { notForSft, nothingToTrain } from "#server/datasets/split.rule.ts";
import { cutText } from "#server/text/cut-text.rule.ts";

type Problem = {
  line: number;
  element: number | null;
  field: string | null;
  message: string;
  remedy: string;
  text?: string | undefined;
  rows?: number | undefined;
  places?: { line: number; element: number | null }[] | undefined;
};

/** Problems as a table, one line per kind, each with the beginning of its first row below. */
export function problemTable(problems: readonly Problem[]): string {
  if (problems.length === 0) return "";
  const rows = problems.map((found) => [
    formatPlaces({ rows: found.rows ?? 1, places: found.places ?? [found] }),
    found.field ?? "",
    found.message,
    found.remedy,
    found.text ? oneLine(found.text) : "",
  ]);
  const more = problems.length === maxListedProblems ? `\n(the first ${maxListedProblems} kinds are listed)` : "";
  return `${table(["where", "field", "problem", "remedy", "first row"], rows)}${more}`;
}

const shownText = 60;

function oneLine(text: string) {
  const flat = text.replaceAll(/\s+/g, " ");
  return flat.length > shownText ? `${cutText(flat, shownText)}…` : flat;
}

/** What was done with rows that are used, one line each. */
export function noteLines(notes: readonly Pick<Note, "code" | "name" | "rows">[]): string[] {
  return notes.map((note) => `  note: ${formatNote(note)}`);
}

/** What `datasets check` says about a file. */
export function checkText(file: string, report: Report, validationShareBp: number): string {
  const problems = problemTable(report.problems);
  if (report.refusal)
    return [`${file}: ${report.refusal.message}`, report.refusal.remedy, problems].filter(Boolean).join("\n");
  if (report.unmapped) return unmappedText(file, report.unmapped);
  const count = (n: number) => n.toLocaleString("en");
  const { train, validation } = report.rows;
  const head = `${file}: ${plural(report.rowsRead, "row")}, ${report.source} → ${report.shape}`;
  const split = `  ${count(train)} for training, ${count(validation)} for validation`;
  const none = nothingToTrain({ trainRows: train, validationRows: validation, validationShareBp });
  const twice = report.duplicatesExact ? "" : "at least ";
  const duplicates = report.duplicateRows > 0 ? `  ${twice}${plural(report.duplicateRows, "duplicate")}` : "";
  const fine = none ? null : "  no problems";
  const bad = report.badRows > 0 ? `  ${plural(report.badRows, "row")} with problems` : fine;
  const unfit = notForSft(report.shape);
  const lines = [
    head,
    split,
    none && `  ${none}; choose a smaller share, --validation 0 keeps none`,
    unfit && `  ${unfit}`,
    duplicates,
    ...noteLines(report.notes),
    bad,
    problems,
  ];
  return lines.filter(Boolean).join("\n");
}

/** The layout is not one that is read by itself, or was mapped wrongly: say what is there and how to map it. */
export function unmappedText(file: string, { columns, why }: { columns: readonly SeenColumn[]; why?: string }): string {
  const names = columns.map((column) => `${column.name} (${column.kinds.join(" or ")})`).join(", ");
  return [
    why ? `${file}: ${why}. Its columns: ${names}` : `${file}: the columns match no known layout: ${names}`,
    `Say what they are, for example: --map ${exampleMapping(columns)}`,
  ].join("\n");
}

/** For --map: what the names suggest, as in the console; else the first two columns that hold text. */
export function exampleMapping(columns: readonly SeenColumn[]) {
  const guess = mappingOf(guessMapping(columns));
  if (guess)
    return Object.entries(guess)
      .map(([target, name]) => `${name}=${target}`)
      .join(",");
  const texts = columns.filter(({ kinds }) => kinds.includes("string")).map(({ name }) => name);
  const [first = "COLUMN", second = "COLUMN"] = texts;
  return `${first}=prompt,${second}=completion`;
}
