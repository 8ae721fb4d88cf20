import { emptyReport, formatPlace, type Report } from "#server/datasets/pass/report.rule.ts";
import { sampleOf } from "#server/datasets/pass/sample.rule.ts";
import { createTally, type Sinks } from "#server/datasets/pass/tally.ts";
import { readRows } from "#server/datasets/rows/read.ts";
import { RefusedFile, refuseFile } from "#server/datasets/rows/refused.ts";
import type { Row } from "#server/datasets/rows/row.rule.ts";
import { defaultValidationShareBp } from "#server/datasets/shapes/canonical.rule.ts";
import { asRow, detectShape, type Reading, seenColumns } from "#server/datasets/shapes/detect.rule.ts";
import { type Mapping, mappedReading } from "#server/datasets/shapes/mapping.rule.ts";
import { describe, failed, nothingFound, problem, type RowProblem } from "#server/datasets/shapes/problem.rule.ts";
import { isExactObject } from "#server/text/exact-json.rule.ts";

/** The layout is decided by this many rows, or by as many as came in the first MiB. */
const sampleRows = 20;
const sampleBytes = 2 ** 20;
const shownSamples = 5;

export type InspectOptions = {
  mapping?: Mapping | null;
  /** basis points of the rows that go to validation; 1,000 unless told */
  validationShareBp?: number;
  /** where canonical rows and bad rows go; without it they are only counted */
  sinks?: Sinks;
  /** after each chunk; awaiting it holds the reading back */
  onProgress?: (progress: { bytesRead: number; rowsRead: number }) => Promise<void> | void;
  signal?: AbortSignal;
  /** the file's name, for the commands in remedies */
  filename?: string;
};

const nowhere: Sinks = { train: async () => {}, validation: async () => {}, setAside: async () => {} };

/**
 * Read, validate, normalise, count, measure and split a file in one streaming pass (bounded memory).
 * Never throws for what a file can contain: that is in the report. Throws when reading or a sink fails.
 */
export async function inspectFile(source: AsyncIterable<Uint8Array>, options: InspectOptions = {}): Promise<Report> {
  const report = emptyReport();
  const tally = createTally(report, options.sinks ?? nowhere, options.validationShareBp ?? defaultValidationShareBp);
  try {
    await readThrough(source, options, report, tally);
  } catch (error) {
    if (!(error instanceof RefusedFile)) throw error;
    report.refusal = error.refusal;
  }
  await tally.finish();
  return report;
}

async function readThrough(
  source: AsyncIterable<Uint8Array>,
  options: InspectOptions,
  report: Report,
  tally: ReturnType<typeof createTally>,
): Promise<void> {
  let held: Row[] = [];
  let mapped: unknown[] = [];
  let reading = options.mapping ? adopt(readingOfMapping(options.mapping), report) : null;
  const take = (rows: Row[], how: Reading) => {
    for (const row of rows) takeRow(row, how, tally);
  };
  for await (const batch of readRows(source, { filename: options.filename ?? null })) {
    options.signal?.throwIfAborted();
    report.format = batch.format;
    report.bytesRead = batch.bytesRead;
    report.rowsRead += batch.rows.length;
    if (options.mapping && mapped.length < sampleRows)
      mapped = mapped.concat(batch.rows.map((row) => row.value)).slice(0, sampleRows);
    if (reading) take(batch.rows, reading);
    else {
      held = held.concat(batch.rows);
      if (held.length >= sampleRows || (held.length > 0 && batch.bytesRead >= sampleBytes)) {
        reading = decide(held, report);
        if (!reading) return;
        take(held, reading);
        held = [];
      }
    }
    await tally.flush();
    await options.onProgress?.(report);
  }
  if (!reading && held.length > 0) {
    reading = decide(held, report);
    if (!reading) return;
    take(held, reading);
    await tally.flush();
  }
  checkAnythingGood(report, mapped);
}

function readingOfMapping(mapping: Mapping): Reading {
  const reading = mappedReading(mapping);
  if ("lacks" in reading)
    refuseFile("mapping", `the mapping is not complete: ${reading.lacks}`, "Map the columns again.");
  return reading;
}

function adopt(reading: Reading, report: Report): Reading {
  report.source = reading.source;
  report.shape = reading.shape;
  return reading;
}

/** How to read the file; null when a person must say, and then the report shows what was seen. */
function decide(held: Row[], report: Report): Reading | null {
  const values = held.filter((row) => row.problem === null).slice(0, sampleRows);
  const rows = values.map((row) => row.value);
  const reading = detectShape(rows);
  if (reading) return adopt(reading, report);
  const objects = rows.filter(isExactObject);
  const [first] = held;
  if (objects.length === 0 && first) {
    const found = first.problem ?? notAnObject(first.value);
    refuseFile(found.code, `no row can be read. ${formatPlace(first)}: ${found.message}`, found.remedy);
  }
  report.unmapped = unmapped(objects);
  return null;
}

/** What a person sees who has to say what the columns are. */
function unmapped(objects: Record<string, unknown>[]) {
  return { columns: seenColumns(objects), samples: objects.slice(0, shownSamples).map((row) => sampleOf(row)) };
}

function takeRow(row: Row, reading: Reading, tally: ReturnType<typeof createTally>): void {
  const value = asRow(row.value);
  const converted = row.problem
    ? failed([row.problem])
    : value
      ? reading.convert(value, nothingFound(mayEscape(row)))
      : failed([notAnObject(row.value)]);
  if (!converted.ok) tally.bad(row, converted.problems);
  else if (value === row.value) tally.good(row, converted.example, converted.notes);
  else tally.good(row, converted.example, [...converted.notes, { code: "turns_as_row", name: null }]);
}

/** Does the row's JSON hold `\u`? Nobody knows of one that was put together from pieces. */
function mayEscape({ written }: Row): boolean {
  return written === null || written.text.includes("\\u");
}

/** Not an object at all: a number, text, list or null where a row should be. */
function notAnObject(value: unknown): RowProblem {
  const message = `the row is ${describe(value)}; it must be an object such as {"messages": […]}`;
  return problem(null, "not_an_object", message, "Write each row as one JSON object with named fields.");
}

/** Without one good row a file is refused; one that a person has mapped asks for other columns. */
function checkAnythingGood(report: Report, mapped: unknown[]): void {
  if (report.rowsRead === 0) {
    refuseFile(
      "no_rows",
      "the file holds no rows, only white space or an empty list",
      "Check the export and upload it again.",
    );
  }
  const [first] = report.problems;
  if (report.badRows < report.rowsRead || !first) return;
  const message = `none of the ${report.rowsRead} rows can be used. ${formatPlace(first)}: ${first.message}`;
  const objects = mapped.filter(isExactObject);
  if (objects.length === 0) refuseFile("no_good_rows", message, first.remedy);
  report.source = null;
  report.shape = null;
  report.unmapped = { ...unmapped(objects), why: `with these columns ${message}` };
}
