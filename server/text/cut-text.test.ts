import fc from "fast-check";
import { expect, test } from "vitest";
import { nameFromFile } from "#server/datasets/name.rule.ts";
import { sampleOf } from "#server/datasets/pass/sample.rule.ts";
import { cutRow } from "#server/datasets/rows/cut.rule.ts";
import { cutText } from "#server/text/cut-text.rule.ts";

test("a cut text is a beginning of the whole, as long as it may be, with whole characters", () => {
  const texts = fc.string({ unit: "grapheme", maxLength: 40 });
  fc.assert(
    fc.property(texts, fc.nat(50), (text, most) => {
      const cut = cutText(text, most);
      expect(text.startsWith(cut)).toBe(true);
      expect(cut.isWellFormed()).toBe(true);
      expect(cut.length).toBeGreaterThanOrEqual(Math.min(text.length, most) - 1);
      expect(cut.length).toBeLessThanOrEqual(most);
    }),
  );
  expect([0, 1, 2, 3].map((most) => cutText("a😀b", most))).toEqual(["", "a", "a", "a😀"]);
});

test("what is cut for a page or a name ends before a character, not in it", () => {
  expect(sampleOf(`${"x".repeat(399)}😀y`)).toBe(`${"x".repeat(399)}…`);
  expect(cutRow(`${"x".repeat(19_999)}😀`).value).toBe("x".repeat(19_999));
  expect(nameFromFile(`${"x".repeat(79)}𠮷.jsonl`)).toBe("x".repeat(79));
});
