import fc from "fast-check";
import { expect, test } from "vitest";
import { inspectFile } from "#server/datasets/pass/inspect.ts";

const said = fc.string({ unit: fc.constantFrom(...'ab 1é😀"\\\n<[{:,'), minLength: 1, maxLength: 12 });
const word = said.filter((text) => text.trim() !== "");

const chat = fc.tuple(word, word, fc.boolean()).map(([question, answer, system]) => ({
  messages: [
    ...(system ? [{ role: "system", content: "be kind" }] : []),
    { role: "user", content: question },
    { role: "assistant", content: answer },
  ],
}));
const bad: fc.Arbitrary<unknown> = fc.constantFrom(
  ...[{ messages: [] }, { messages: [{ role: "user", content: "hi" }] }, 7, { text: "stray" }, { messages: "no" }],
);
/** Mostly chats, the first of them one, so that the layout is known. */
const file = fc
  .tuple(chat, fc.array(fc.oneof({ weight: 5, arbitrary: chat }, { weight: 1, arbitrary: bad }), { maxLength: 30 }))
  .map(([first, rest]) => [first, ...rest]);

/** One pass over this text in chunks of so many bytes, with what it wrote. */
async function pass(content: string, { chunkBytes = 64 * 1024, validationShareBp = 3_000 } = {}) {
  const written = { train: "", validation: "", setAside: "" };
  const sink = (name: keyof typeof written) => async (bytes: Buffer) => {
    written[name] += bytes.toString();
  };
  const bytes = Buffer.from(content);
  async function* source() {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  const sinks = { train: sink("train"), validation: sink("validation"), setAside: sink("setAside") };
  return { report: await inspectFile(source(), { validationShareBp, sinks }), written };
}

const asLines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const linesOf = (text: string) => text.split("\n").filter((line) => line !== "");

test("every row is trained on, kept for validation or set aside, and none is counted twice or lost", async () => {
  await fc.assert(
    fc.asyncProperty(file, async (rows) => {
      const { report, written } = await pass(asLines(rows));
      expect(report.rowsRead).toBe(rows.length);
      expect(report.rows.train + report.rows.validation + report.badRows).toBe(rows.length);
      expect(linesOf(written.train)).toHaveLength(report.rows.train);
      expect(linesOf(written.validation)).toHaveLength(report.rows.validation);
      expect(linesOf(written.setAside)).toHaveLength(report.badRows);
      const counted = Object.values(report.problemCounts).reduce((sum, count) => sum + count, 0);
      expect(report.problemCount).toBe(counted);
    }),
    { numRuns: 60 },
  );
});

test("a file means the same as lines and as one array, in chunks of any size", async () => {
  await fc.assert(
    fc.asyncProperty(file, fc.integer({ min: 1, max: 40 }), async (rows, chunkBytes) => {
      const lines = await pass(asLines(rows));
      const array = await pass(`[${rows.map((row) => JSON.stringify(row)).join(",\n")}]`, { chunkBytes });
      const chunks = await pass(asLines(rows), { chunkBytes });
      expect(chunks).toEqual(lines);
      expect([array.written.train, array.written.validation]).toEqual([lines.written.train, lines.written.validation]);
      const { badRows, problemCounts, duplicateRows, lengths, shape } = lines.report;
      expect(array.report).toMatchObject({ badRows, problemCounts, duplicateRows, lengths, shape });
    }),
    { numRuns: 40 },
  );
});

test("what was written reads again as itself: no row is bad, changed or on the other side", async () => {
  await fc.assert(
    fc.asyncProperty(file, async (rows) => {
      const { written } = await pass(asLines(rows));
      const again = await pass(written.train + written.validation);
      expect(again.written).toEqual({ ...written, setAside: "" });
      expect(again.report.badRows).toBe(0);
    }),
    { numRuns: 40 },
  );
});

test("a row that is set aside is kept as it was, with its line and what is wrong with it", async () => {
  await fc.assert(
    fc.asyncProperty(file, async (rows) => {
      const { written } = await pass(asLines(rows));
      for (const kept of linesOf(written.setAside).map((line) => JSON.parse(line))) {
        expect(kept.row).toEqual(rows[kept.line - 1]);
        expect(kept.problems.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 40 },
  );
});

test("rows that come again are counted as duplicates and stay on the side of the first", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(chat, { minLength: 1, maxLength: 10, selector: (row) => JSON.stringify(row) }),
      async (rows) => {
        const { report, written } = await pass(asLines([...rows, ...rows]));
        expect(report.duplicateRows).toBe(rows.length);
        const train = new Set(linesOf(written.train));
        expect(linesOf(written.validation).some((line) => train.has(line))).toBe(false);
      },
    ),
    { numRuns: 30 },
  );
});
