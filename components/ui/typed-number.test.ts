import { expect, test } from "vitest";
import { typedNumber } from "#components/ui/typed-number.rule.ts";

const percent = { min: 0, max: 100, step: 1 };

test("every keystroke that is a number counts, inside the scale and on its steps; others wait for the next", () => {
  expect(["6", "60", " 60 ", "150", "-3", "33,6"].map((text) => typedNumber(text, percent))).toEqual([
    6, 60, 60, 100, 0, 34,
  ]);
  expect(["", " ", "-", "6x"].map((text) => typedNumber(text, percent))).toEqual([null, null, null, null]);
  expect(typedNumber("0.25", { min: 0, max: 1, step: 0.1 })).toBe(0.3);
});
