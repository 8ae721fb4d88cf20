import fc from "fast-check";
import { expect, test } from "vitest";
import { findJsonError } from "#server/datasets/rows/json-error.rule.ts";
import { invalidJson } from "#server/datasets/rows/row.rule.ts";

/** JSON with one character put in, taken out or replaced. */
const damaged = fc
  .tuple(fc.jsonValue({ maxDepth: 3 }), fc.nat(), fc.constantFrom(...',:{}[]"\\-.+eEu01atn \t\u0000é'), fc.nat(2))
  .map(([value, seed, character, way]) => {
    const text = JSON.stringify(value);
    const at = seed % (text.length + 1);
    const put = way === 1 ? "" : character;
    return text.slice(0, at) + put + text.slice(way === 0 ? at : at + 1);
  });

test("a line has an error exactly when JSON.parse refuses it, and what stands before the error can still become JSON", () => {
  fc.assert(
    fc.property(damaged, (line) => {
      const at = findJsonError(line);
      expect(at === null, line).toBe(isJson(line));
      if (at === null) return;
      expect(at).toBeLessThanOrEqual(line.length);
      // the search does not call wrong what lies before: cut there, the error is the end or at the beginning of a token
      const before = findJsonError(line.slice(0, at));
      if (before !== null) expect(before).toBeLessThanOrEqual(at);
    }),
    { numRuns: 500 },
  );
});

test("a text that is never closed is told at once, however long it is and whatever it holds", () => {
  for (const piece of ["x", "ä", "\\\\", '\\"', "\\u00e4x"])
    expect(findJsonError(`{"a": "${piece.repeat(10_000)}`)).toBe(6);
  expect(findJsonError(`{"a": "${"x".repeat(50_000)}\t"}`)).toBe(6);
});

test("a line too long to search is told without a column", () => {
  const long = `{"a": "${"x".repeat(100_001)}"`;
  expect(findJsonError(long)).toBeNull();
  expect(invalidJson(long).message).toBe("the line is not valid JSON");
});

test.each([
  ["{'a': 1}", /at column 2: "'" does not belong here/, /json\.dumps/],
  ['{"a": NaN}', /at column 7: "N" does not belong here/, /write null/],
  ['{"a": -Infinity}', /at column 7/, /write null/],
  ['{"a": 1,}', /at column 9: "}" does not belong here/, /comma before the closing bracket/],
  ['{"a": "b', /at column 7: the text that begins here is not closed/, /JSON library/],
  ['{"a": [1', /at column 9: it ends too early/, /JSON library/],
  ['{"a": "\u0000"}', /holds a NUL byte at column 8/, /tr -d/],
])("%j says where it breaks and what to do", (line, message, remedy) => {
  const found = invalidJson(line, "rows.jsonl");
  expect(found.message).toMatch(message);
  expect(found.remedy).toMatch(remedy);
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
