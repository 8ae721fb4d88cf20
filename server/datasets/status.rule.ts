import type { Report } from "#server/datasets/pass/report.rule.ts";
import type { FileRefusal } from "#server/datasets/shapes/problem.rule.ts";

export type ImportVerdict =
  | { status: "ready" }
  | { status: "needs_review"; kind: "bad_rows" | "mapping" }
  | { status: "refused"; refusal: FileRefusal };

/** What a finished pass means for its version, given what the person said about bad rows. */
export function judgeImport(report: Report, onBadRows: "ask" | "refuse" | "set_aside"): ImportVerdict {
  if (report.refusal) return { status: "refused", refusal: report.refusal };
  if (report.unmapped) return { status: "needs_review", kind: "mapping" };
  if (report.badRows === 0 || onBadRows === "set_aside") return { status: "ready" };
  if (onBadRows === "ask") return { status: "needs_review", kind: "bad_rows" };
  return { status: "refused", refusal: badRowsRefusal(report.badRows, report.rowsRead) };
}

/** The refusal of a file for its bad rows, chosen by a person or beforehand. */
export function badRowsRefusal(badRows: number, rowsRead: number): FileRefusal {
  const message = `${badRows} of ${rowsRead} rows have problems`;
  return { code: "bad_rows", message, remedy: "Fix the listed rows and upload again, or set the bad rows aside." };
}
