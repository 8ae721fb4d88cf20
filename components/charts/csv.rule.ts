export type CsvValue = string | number | null;

/** RFC 4180. Text that a spreadsheet would run as a formula gets an apostrophe in front. */
export function toCsv(head: readonly string[], rows: readonly (readonly CsvValue[])[]) {
  return [head, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(value: CsvValue) {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
