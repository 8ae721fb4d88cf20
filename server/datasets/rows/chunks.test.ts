import fc from "fast-check";
import { expect, test } from "vitest";
import { createArrayReader } from "#server/datasets/rows/array.ts";
import { createLineReader, firstInvalidByte } from "#server/datasets/rows/lines.ts";
import { exactJson } from "#server/text/exact-json.rule.ts";

/** The bytes as they may come from a disk or a socket: cut anywhere, also in the middle of a character. */
function cutAt(bytes: Buffer, seeds: readonly number[]): Buffer[] {
  const places = [...new Set(seeds.map((seed) => seed % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...places, bytes.length].map((end, i) => bytes.subarray(i === 0 ? 0 : places[i - 1], end));
}

const seeds = fc.array(fc.nat(), { maxLength: 8 });
const line = fc.string({ unit: fc.constantFrom("a", "ä", "😀", "\r", " ", '"'), maxLength: 10 });

test("lines are the same wherever the chunks end, with LF and CRLF, with and without an end of the last", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(line, fc.constantFrom("\n", "\r\n")), { maxLength: 8 }),
      line,
      seeds,
      (list, last, at) => {
        const content = list.map(([text, end]) => text + end).join("") + last;
        const reader = createLineReader();
        const found = cutAt(Buffer.from(content), at).flatMap((chunk) => reader.push(chunk));
        const whole = content.split("\n");
        const open = whole.pop() ?? "";
        const expected = [...whole, ...(open === "" ? [] : [open])];
        const all = [...found, ...reader.end()];
        expect(all.map((each) => each.bytes.toString())).toEqual(expected.map((text) => text.replace(/\r$/, "")));
        expect(all.map((each) => each.line)).toEqual(expected.map((_, i) => i + 1));
        expect(all.filter((each) => !each.ended)).toHaveLength(open === "" ? 0 : 1);
      },
    ),
  );
});

test("a line over the limit is counted to its last byte and its head kept, and its neighbours are read", () => {
  fc.assert(
    fc.property(fc.integer({ min: 9, max: 3_000 }), seeds, fc.boolean(), (length, at, ended) => {
      const long = "x".repeat(length);
      const content = `one\n${long}${ended ? "\nthree\n" : ""}`;
      const reader = createLineReader(8);
      const lines = [...cutAt(Buffer.from(content), at).flatMap((chunk) => reader.push(chunk)), ...reader.end()];
      expect(lines[1]).toMatchObject({ line: 2, tooLong: true, length, ended });
      expect(lines[1]?.bytes.toString()).toBe(long.slice(0, 1_024));
      expect(lines.filter((each) => !each.tooLong).map((each) => each.bytes.toString())).toEqual(
        ended ? ["one", "three"] : ["one"],
      );
    }),
  );
});

test("the first byte that begins no character is found, and none in what is UTF-8", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 12 }),
      fc.constantFrom(0xff, 0xc0, 0x80, 0xf5),
      (text, wrong) => {
        const good = Buffer.from(text.toWellFormed());
        expect(firstInvalidByte(Buffer.concat([good, Buffer.from([wrong]), Buffer.from("tail")]))).toBe(good.length);
      },
    ),
  );
  for (const cut of [
    [0xe2, 0x82],
    [0xf0, 0x9f, 0x98],
    [0xed, 0xa0, 0x80],
    [0xe0, 0x80, 0x80],
  ])
    expect(firstInvalidByte(Buffer.from([0x61, ...cut, 0x62]))).toBe(1);
});

test("the elements of an array are those of JSON.parse, each with its line, wherever the chunks end", () => {
  const row = fc.dictionary(fc.string({ unit: "grapheme", maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }), {
    maxKeys: 4,
  });
  const values = fc.array(row, { maxLength: 6 });
  fc.assert(
    fc.property(values, seeds, fc.constantFrom("", "\n", "\r\n "), (elements, at, between) => {
      const texts = elements.map((value) => JSON.stringify(value));
      const content = `[${between}${texts.join(`,${between}`)}${between}]${between}`;
      const reader = createArrayReader({ filename: null });
      const rows = cutAt(Buffer.from(content), at).flatMap((chunk) => reader.push(chunk));
      reader.end();
      expect(rows.map((row) => row.problem)).toEqual(texts.map(() => null));
      expect(rows.map((row) => exactJson(row.value))).toEqual(texts);
      expect(rows.map((row) => row.element)).toEqual(texts.map((_, i) => i + 1));
      expect(rows.map((row) => row.line)).toEqual(texts.map((_, i) => (between === "" ? 1 : i + 2)));
    }),
  );
});

test("an array that is cut anywhere refuses the file, whatever was read before", () => {
  const content = Buffer.from('[{"a":"ä"},\n[1,2],"x"]');
  for (let end = 1; end < content.length; end++) {
    const read = () => {
      const reader = createArrayReader({ filename: null });
      reader.push(content.subarray(0, end));
      reader.end();
    };
    expect(read, String(end)).toThrow(/cut off/);
  }
});
