import fc from "fast-check";
import { expect, test } from "vitest";
import { fitPatterns, meantWord, slipPatterns } from "#server/text/fuzzy.rule.ts";

const letter = fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz");
const word = fc.string({ unit: letter, minLength: 5, maxLength: 12 });

/** A word as a typist gets it wrong once, behind its first letter. */
const mistyped = fc
  .tuple(word, fc.nat(), letter, fc.constantFrom("left out", "added", "wrong", "swapped"))
  .map(([right, seed, other, slip]) => {
    const letters = [...right];
    const at = 1 + (seed % (letters.length - 2)); // neither the first nor the last
    if (slip === "left out") letters.splice(at, 1);
    else if (slip === "added") letters.splice(at, 0, other);
    else if (slip === "wrong") letters[at] = other;
    else letters.splice(at, 2, letters[at + 1] ?? "", letters[at] ?? "");
    return { right, typed: letters.join("") };
  });

test("a word with one slip behind its first letter finds the word that was meant", () => {
  fc.assert(
    fc.property(mistyped, ({ right, typed }) => {
      expect(new RegExp(slipPatterns(typed)?.whole ?? "never", "u").test(right), `${typed} for ${right}`).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test.each([
  ["hotel", "hxtxl"],
  ["hotel", "tohel"],
  ["hotel", "xotel"],
  ["support", "suport tickets"],
])("%s is not what %s was meant to be", (right, typed) => {
  expect(new RegExp(slipPatterns(typed)?.whole ?? "never", "u").test(right)).toBe(false);
});

test("a text so short that a slip would fit nearly anything, or too long to be one name, is forgiven none", () => {
  expect([slipPatterns("abc"), slipPatterns("😀😀😀"), slipPatterns("x".repeat(25))]).toEqual([null, null, null]);
  expect(slipPatterns("abcd")).not.toBeNull();
  expect(slipPatterns("x".repeat(24))).not.toBeNull();
});

test("signs in a text with a slip are signs, not patterns", () => {
  const whole = new RegExp(slipPatterns("v1.(x)")?.whole ?? "never", "u");
  expect(["v1.(x)", "v1(x)", "v1.(y)", "v1.x)"].map((name) => whole.test(name))).toEqual([true, true, true, true]);
  expect(whole.test("v1abx")).toBe(false);
});

test("how a name fits is told from the whole of it, its beginning and its middle, in any case", () => {
  const [exact, prefix, , anywhere] = fitPatterns("Hotel").map((pattern) => pattern);
  const fits = (pattern: string | undefined, name: string) => new RegExp(pattern ?? "never", "u").test(name);
  expect(["hotel", "hotel 7"].map((name) => fits(exact, name))).toEqual([true, false]);
  expect(["HOTEL 7", "my hotel"].map((name) => fits(prefix, name))).toEqual([true, false]);
  expect(["my hotel", "hostel"].map((name) => fits(anywhere, name))).toEqual([true, false]);
});

test("a list is asked for the word that was meant, or for the text itself where none comes near", () => {
  expect(meantWord("hotel 7", "hotl")).toBe("hotel");
  expect(meantWord("my Hotel", "htoel")).toBe("Hotel");
  expect(meantWord("hotel 7", "otel")).toBe("otel"); // it is in the name
  expect(meantWord("hotel 7", "kiosk")).toBe("kiosk");
  expect(meantWord("größe", "grösse")).toBe("grösse");
  expect(meantWord("hotel", "hot")).toBe("hot");
});
