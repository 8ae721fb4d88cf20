import { expect, test } from "vitest";
import { findJsonError } from "#server/datasets/rows/json-error.rule.ts";

test.each([
  ['{"a": [1,,2]}', 9],
  ["{'a': 1}", 1],
  ['{"a": 1,}', 8],
  ['{"a" 1}', 5],
  ['{"a": NaN}', 6],
  ['{"a": 01}', 6],
  ['{"a": "b\tc"}', 6],
  ['{"a": {"b": [true', 17],
  ['{"a": 1} x', 9],
  ["", 0],
])("%s breaks at %i", (line, at) => {
  expect(findJsonError(line)).toBe(at);
});

test("whatever JSON.parse takes has no error", () => {
  const value = { a: [1, -2.5e10, 'ä"\\\n', null, true, {}, []], b: { c: { d: [[[]]] } } };
  expect(findJsonError(JSON.stringify(value))).toBeNull();
  expect(findJsonError(` ${JSON.stringify(value, null, 2)}\r\n`)).toBeNull();
});
