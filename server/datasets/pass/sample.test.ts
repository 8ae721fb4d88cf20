import fc from "fast-check";
import { expect, test } from "vitest";
import { mayBeCut, sampleOf } from "#server/datasets/pass/sample.rule.ts";
import { parseExactJson } from "#server/text/exact-json.rule.ts";

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.nat(500).map((length) => "x".repeat(length)),
);
const small = fc.oneof(fc.integer(), fc.boolean(), fc.constant(null), fc.string({ maxLength: 5 }));
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "medium" },
    text,
    small,
    fc.array(tie("value"), { maxLength: 12 }),
    fc.dictionary(text, tie("value"), { maxKeys: 5 }),
    fc.nat(60).map((keys) => Object.fromEntries(Array.from({ length: keys }, (_, i) => [`k${i}`, i]))),
  ),
})).value;

test("a copy that says it is whole is the row itself", () => {
  fc.assert(
    fc.property(json, (row) => {
      const sample = sampleOf(row);
      if (!mayBeCut(sample)) expect(sample).toEqual(row);
    }),
    { numRuns: 500 },
  );
});

test("a copy stays small however large the row is", () => {
  const deep = Array.from({ length: 30 }).reduce<unknown>((inner) => [inner, inner], "x");
  const wide = Object.fromEntries(
    Array.from({ length: 5_000 }, (_, i) => [`${"k".repeat(300)}${i}`, "y".repeat(9_999)]),
  );
  expect(JSON.stringify(sampleOf(deep))).toBe(
    JSON.stringify([
      [
        [
          ["[…]", "[…]"],
          ["[…]", "[…]"],
        ],
        [
          ["[…]", "[…]"],
          ["[…]", "[…]"],
        ],
      ],
      [
        [
          ["[…]", "[…]"],
          ["[…]", "[…]"],
        ],
        [
          ["[…]", "[…]"],
          ["[…]", "[…]"],
        ],
      ],
    ]),
  );
  expect(JSON.stringify(sampleOf({ many: wide })).length).toBeLessThan(50 * 700);
});

test("a number that JavaScript would change is shown as it was written", () => {
  const parsed = parseExactJson('{"id":12345678901234567890,"price":1.10,"n":2}');
  expect(parsed.fault === null && sampleOf(parsed.value)).toEqual({ id: "12345678901234567890", price: "1.10", n: 2 });
});

test("a row with as many columns as are shown, or a name as long, may have lost some", () => {
  const columns = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${i}`, 1]));
  expect([49, 51].map((count) => mayBeCut(sampleOf(columns(count))))).toEqual([false, true]);
  expect(mayBeCut(sampleOf({ ["c".repeat(250)]: 1 }))).toBe(true);
});
