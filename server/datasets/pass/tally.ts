import { hash } from "node:crypto";
import { createLengths } from "#server/datasets/pass/lengths.rule.ts";
import { createOutput, type Sink } from "#server/datasets/pass/output.ts";
import { maxListedProblems, type Report } from "#server/datasets/pass/report.rule.ts";
import { createSeenRows } from "#server/datasets/pass/seen.rule.ts";
import type { Row } from "#server/datasets/rows/row.rule.ts";
import { type Example, measure, splitOf } from "#server/datasets/shapes/canonical.rule.ts";
import type { RowProblem } from "#server/datasets/shapes/problem.rule.ts";
import { storable } from "#server/storable.rule.ts";

export type Sinks = { train: Sink; validation: Sink; setAside: Sink };

const newline = 0x0a;
const scratchBytes = 64 * 1024;

/** Counts, measures, splits and writes rows as they come; every buffer has a bound. */
export function createTally(report: Report, sinks: Sinks, validationShareBp: number) {
  const outputs = { train: createOutput(sinks.train), validation: createOutput(sinks.validation) };
  const setAside = createOutput(sinks.setAside);
  const seen = createSeenRows();
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

  /** The line in UTF-8 with its line break; valid until the next call. */
  function encode(line: string): Buffer {
    const atMost = line.length * 3 + 1;
    if (atMost > scratch.length && atMost > scratchBytes) {
      if (line.length > 2 ** 20) return Buffer.from(`${line}\n`);
      scratch = Buffer.allocUnsafe(atMost * 2);
    }
    const written = scratch.write(line, 0, "utf8");
    scratch[written] = newline;
    return scratch.subarray(0, written + 1);
  }

  async function flush(all = false): Promise<void> {
    await Promise.all([outputs.train.flush(all), outputs.validation.flush(all), setAside.flush(all)]);
  }

  return {
    flush,
    good(example: Example) {
      const line = encode(JSON.stringify(example));
      // as hex: Node makes a string quicker than a Buffer
      const digest = hash("sha256", line.subarray(0, -1), "hex");
      const high = Number.parseInt(digest.slice(0, 8), 16);
      if (seen.add(high, Number.parseInt(digest.slice(8, 16), 16))) report.duplicateRows++;
      outputs[splitOf(high, validationShareBp)].append(line);
      measure(example, addLength);
    },
    bad(row: Row, problems: RowProblem[]) {
      report.badRows++;
      report.problemCount += problems.length;
      for (const found of problems) {
        report.problemCounts[found.code] = (report.problemCounts[found.code] ?? 0) + 1;
        if (report.problems.length >= maxListedProblems) continue;
        const message = storable(found.message);
        const field = found.field === null ? null : storable(found.field);
        report.problems.push({ line: row.line, element: row.element, ...found, field, message });
      }
      setAside.append(encode(setAsideLine(row, problems)));
    },
    async finish() {
      await flush(true);
      report.rows = { train: outputs.train.rows(), validation: outputs.validation.rows() };
      report.pages = { train: outputs.train.pages, validation: outputs.validation.pages };
      report.duplicatesExact = seen.isExact();
      for (const [name, stats] of lengths) {
        const summary = stats.summary();
        if (summary) report.lengths[name] = summary;
      }
    },
  };
}

/** A row that was set aside: its place, its problems and the row itself, or as much of it as could be read. */
function setAsideLine(row: Row, problems: RowProblem[]): string {
  const { line, element } = row;
  return JSON.stringify({ line, element, problems, ...(row.unparsed ?? { row: row.value }) });
}
