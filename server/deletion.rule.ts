import { DomainError } from "#server/errors.ts";

/** What deleting a thing would do, in whole sentences: people read them before they decide. */
export type Deletion = {
  id: string;
  /** what people call it: "tickets/3" */
  name: string;
  /** worth typing its name for: it cannot be made again at no cost */
  dear: boolean;
  /** what must be done first, each with its remedy; none: it can be deleted */
  blockers: string[];
  /** what becomes of other things, by name and count */
  effects: string[];
  /** bytes that nothing of this thing needs any more; what other things hold too stays on disk */
  bytes: number;
};

/** The first few names of what was found, and how many there are. */
export type Some = { count: number; names: string[] };

/** A query that names things reads this many rows, and beside each the number of all (`count(*) over ()`). */
export const mostNamed = 5;

export function someOf(rows: readonly { name: string; total: number }[]): Some {
  return { count: rows[0]?.total ?? 0, names: rows.slice(0, mostNamed).map((row) => row.name) };
}

/** "1 run (triage-1)", "12 runs (a, b, c, d, e and 7 more)" */
export function formatSome({ count, names }: Some, noun: string, plural = `${noun}s`): string {
  const more = count > names.length ? ` and ${count - names.length} more` : "";
  return `${formatCount(count, noun, plural)} (${names.join(", ")}${more})`;
}

/** "1 run", "1,204 runs" */
export function formatCount(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? noun : plural}`;
}

/** "trains" for one, "train" for several. */
export function verb({ count }: Some, one: string, several: string): string {
  return count === 1 ? one : several;
}

/** Leaves out what is not there: `lines(runs.count > 0 && "…")`. */
export function lines(...all: (string | false | undefined)[]): string[] {
  return all.filter((line) => typeof line === "string");
}

/** Instead of a thing that was there: NOT_FOUND (reason `deleted`) with the time and, where it is known, by whom. */
export function wasDeleted(what: string, at: Date, by: string | null = null, field?: string): DomainError {
  const when = `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const message = `${what} was deleted on ${when}${by ? ` by ${by}` : ""}`;
  return new DomainError("NOT_FOUND", message, { field, reason: "deleted" });
}
