import fc from "fast-check";
import { expect, test } from "vitest";
import { deepestJson, isDeeperThan } from "#server/text/json-depth.rule.ts";

const nested = (levels: number, open = "[", close = "]") => open.repeat(levels) + close.repeat(levels);

test("a value may nest as deep as the limit and no level deeper, lists and objects alike", () => {
  expect(isDeeperThan(nested(deepestJson))).toBe(false);
  expect(isDeeperThan(nested(deepestJson + 1))).toBe(true);
  expect(isDeeperThan(`{"a":${nested(deepestJson)}}`)).toBe(true);
  expect(isDeeperThan(`${'{"a":'.repeat(deepestJson + 1)}1${"}".repeat(deepestJson + 1)}`)).toBe(true);
});

test("what stands side by side is not deep, and brackets in a string are text", () => {
  expect(isDeeperThan(`[${Array(10_000).fill("[[]]").join(",")}]`)).toBe(false);
  expect(isDeeperThan(JSON.stringify({ a: "[{".repeat(1_000), b: '\\"[[[['.repeat(100), c: "\\\\" }))).toBe(false);
  expect(isDeeperThan(`["\\\\",${nested(deepestJson)}]`)).toBe(true);
});

test("200,000 levels are told without a stack, and a text that is no JSON does not throw", () => {
  expect(isDeeperThan("[".repeat(200_000))).toBe(true);
  expect(isDeeperThan(`{"a":"${"x".repeat(1_000)}`)).toBe(false);
  expect(isDeeperThan("]".repeat(1_000))).toBe(false);
});

test("it counts what JSON.parse would build, whatever the texts and the spaces between", () => {
  const depthOf = (value: unknown): number =>
    typeof value === "object" && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
  const property = fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 2), (value, indent) => {
    const depth = depthOf(value);
    const text = JSON.stringify(value, null, indent);
    expect(isDeeperThan(text, depth)).toBe(false);
    if (depth > 0) expect(isDeeperThan(text, depth - 1)).toBe(true);
  });
  fc.assert(property, { numRuns: 500 });
});
