import { hash } from "node:crypto";
import { createLengths } from "#server/datasets/pass/lengths.rule.ts";
import { createNotes } from "#server/datasets/pass/note.rule.ts";
import { createOutput, type Sink } from "#server/datasets/pass/output.ts";
import { createProblems } from "#server/datasets/pass/problems.rule.ts";
import type { Report } from "#server/datasets/pass/report.rule.ts";
import { createSeenRows } from "#server/datasets/pass/seen.rule.ts";
import type { Row } from "#server/datasets/rows/row.rule.ts";
import { type Example, measure, splitOf } from "#server/datasets/shapes/canonical.rule.ts";
import { findControlText } from "#server/datasets/shapes/control-text.rule.ts";
import type { RowNote, RowProblem } from "#server/datasets/shapes/problem.rule.ts";
import { isWrittenAs } from "#server/datasets/shapes/written-as.rule.ts";
import { exactJson } from "#server/text/exact-json.rule.ts";

export type Sinks = { train: Sink; validation: Sink; setAside: Sink };

const scratchBytes = 64 * 1024;
const encoder = new TextEncoder(); // a quarter quicker than Buffer.write

/** Counts, measures, splits and writes rows as they come; every buffer has a bound. */
export function createTally(report: Report, sinks: Sinks, validationShareBp: number) {
  const outputs = { train: createOutput(sinks.train), validation: createOutput(sinks.validation) };
  const setAside = createOutput(sinks.setAside);
  const seen = createSeenRows();
  const problemGroups = createProblems(report.problems);
  const notes = createNotes();
  let controlText: string | null = null;
  const lengths = new Map<string, ReturnType<typeof createLengths>>();
  let scratch = Buffer.allocUnsafe(scratchBytes);

  function addLength(name: string, length: number) {
    let stats = lengths.get(name);
    if (!stats) {
      stats = createLengths();
      lengths.set(name, stats);
    }
    stats.add(length);
  }

  /** The line in UTF-8; valid until the next call. */
  function encode(line: string): Buffer {
    const atMost = line.length * 3;
    if (atMost > scratch.length && atMost > scratchBytes) {
      if (line.length > 2 ** 20) return Buffer.from(line);
      scratch = Buffer.allocUnsafe(atMost * 2);
    }
    return scratch.subarray(0, encoder.encodeInto(line, scratch).written);
  }

  async function flush(all = false): Promise<void> {
    await Promise.all([outputs.train.flush(all), outputs.validation.flush(all), setAside.flush(all)]);
  }

  return {
    flush,
    good(row: Row, example: Example, noted: readonly RowNote[]) {
      const { written } = row;
      const isAsWritten = written !== null && isWrittenAs(written.text, row.value, example);
      const text = isAsWritten ? written.text : JSON.stringify(example);
      const line = isAsWritten ? written.bytes : encode(text);
      // as hex: Node makes a string quicker than a Buffer
      const digest = hash("sha256", line, "hex");
      const high = Number.parseInt(digest.slice(0, 8), 16);
      if (seen.add(high, Number.parseInt(digest.slice(8, 16), 16))) report.duplicateRows++;
      outputs[splitOf(high, validationShareBp)].append(line, row);
      measure(example, addLength);
      for (const one of noted) notes.add(one, row);
      const found = findControlText(text);
      if (found === null) return;
      // the first one found names them all: rows are counted, not tokens
      controlText ??= found;
      notes.add({ code: "control_text", name: controlText }, row);
    },
    bad(row: Row, problems: readonly RowProblem[]) {
      report.badRows++;
      report.problemCount += problems.length;
      for (const found of problems) {
        report.problemCounts[found.code] = (report.problemCounts[found.code] ?? 0) + 1;
      }
      const text = textOf(row);
      problemGroups.add(row, problems, text.shown);
      setAside.append(encode(setAsideLine(row, problems, text.json)), row);
    },
    async finish() {
      await flush(true);
      report.rows = { train: outputs.train.rows(), validation: outputs.validation.rows() };
      report.pages = { train: outputs.train.pages, validation: outputs.validation.pages };
      report.duplicatesExact = seen.isExact();
      report.notes = notes.all();
      for (const [name, stats] of lengths) {
        const summary = stats.summary();
        if (summary) report.lengths[name] = summary;
      }
    },
  };
}

/** A row as people can read it, and as a member of a JSON object: exactly, or as much of it as could be read. */
function textOf({ unparsed, value }: Row): { shown: string; json: string } {
  if (!unparsed) {
    const shown = exactJson(value);
    return { shown, json: `"row":${shown}` };
  }
  const shown = "raw" in unparsed ? unparsed.raw : Buffer.from(unparsed.rawBase64, "base64").toString();
  return { shown, json: JSON.stringify(unparsed).slice(1, -1) };
}

/** A row that was set aside: its place, its problems and the row itself. */
function setAsideLine({ line, element }: Row, problems: readonly RowProblem[], row: string): string {
  return `${JSON.stringify({ line, element, problems }).slice(0, -1)},${row}}`;
}
