import { table } from "#cli/output.ts";
import { maxListedProblems, type Problem, placeWords, type Report } from "#server/datasets/pass/report.rule.ts";
import type { SeenColumn } from "#server/datasets/shapes/detect.rule.ts";

/** Problems as a table, with a line that says how many more there are. */
export function problemTable(problems: readonly Problem[], problemCount: number): string {
  if (problems.length === 0) return "";
  const rows = problems.map((found) => [placeWords(found), found.field ?? "", found.message, found.remedy]);
  const more = problemCount - problems.length;
  const rest = more > 0 ? `\n… and ${more.toLocaleString("en")} more (the first ${maxListedProblems} are listed)` : "";
  return `${table(["where", "field", "problem", "remedy"], rows)}${rest}`;
}

/** What `datasets check` says about a file. */
export function checkText(file: string, report: Report): string {
  if (report.refusal)
    return [`${file}: ${report.refusal.message}`, report.refusal.remedy, problems(report)].filter(Boolean).join("\n");
  if (report.unmapped) return unmappedText(file, report.unmapped);
  const count = (n: number) => n.toLocaleString("en");
  const { train, validation } = report.rows;
  const head = `${file}: ${count(report.rowsRead)} rows, ${report.source} → ${report.shape}`;
  const split = `  ${count(train)} for training, ${count(validation)} for validation`;
  const twice = report.duplicatesExact ? "" : "at least ";
  const duplicates = report.duplicateRows > 0 ? `  ${twice}${count(report.duplicateRows)} duplicates` : "";
  const ignored = report.ignoredColumns.length > 0 ? `  left out: ${report.ignoredColumns.join(", ")}` : "";
  const bad = report.badRows > 0 ? `  ${count(report.badRows)} rows with problems` : "  no problems";
  return [head, split, duplicates, ignored, bad, problems(report)].filter(Boolean).join("\n");
}

/** The layout is none that we know, or was mapped wrongly: say what is there and how to map it. */
export function unmappedText(file: string, { columns, why }: { columns: readonly SeenColumn[]; why?: string }): string {
  const names = columns.map((column) => `${column.name} (${column.kinds.join(" or ")})`).join(", ");
  const [first = "COLUMN", second = "COLUMN"] = columns.map((column) => column.name);
  return [
    why ? `${file}: ${why}. Its columns: ${names}` : `${file}: the columns are none that we know: ${names}`,
    `Say what they are, for example: --map ${first}=prompt,${second}=completion`,
  ].join("\n");
}

function problems(report: Report): string {
  return problemTable(report.problems, report.problemCount);
}
