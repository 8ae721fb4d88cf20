import fc from "fast-check";
import { expect, test } from "vitest";
import { isCommonPassword, isTheirOwn } from "#server/people/common-password.rule.ts";
import { Email, LinkToken, NewPassword, PersonName } from "#server/people/input.ts";

const known = new Set(["dragon", "sunshine"]);
const sign = fc.constantFrom(..."0123456789!?.-_ #");

test("a known word stays known in any case with up to four digits or signs around it", () => {
  fc.assert(
    fc.property(fc.constantFrom(...known), fc.array(sign, { maxLength: 4 }), fc.nat(), (word, signs, seed) => {
      const at = seed % (signs.length + 1);
      const password = `${signs.slice(0, at).join("")}${seed % 2 ? word.toUpperCase() : word}${signs.slice(at).join("")}`;
      expect(isCommonPassword(password, known), password).toBe(true);
    }),
  );
  expect(isCommonPassword("dragon12345", known)).toBe(false);
  expect(isCommonPassword("dragonfly", known)).toBe(false);
});

test("a known or short piece that is repeated is common, a long unknown one is not", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 4 }), fc.integer({ min: 3, max: 8 }), (piece, times) => {
      expect(isCommonPassword(piece.repeat(times), known)).toBe(true);
    }),
  );
  expect(isCommonPassword("sunshinesunshine", known)).toBe(true);
  expect(isCommonPassword("quixoticquixotic", known)).toBe(false);
});

test.each(["1234567890", "7890123456", "0123456789012", "9876543210", "3210987654", "fedcba", "αβγδεζ"])(
  "%s is a run of neighbours",
  (password) => {
    expect(isCommonPassword(password, new Set())).toBe(true);
  },
);

test.each(["1357924680", "1234567980", "abcdefgi", "aBdCfE", "0918273645"])("%s is no run", (password) => {
  expect(isCommonPassword(password, new Set())).toBe(false);
});

test("one's own name or e-mail is found with little around it, whatever signs stand between its parts", () => {
  const ada = { email: "ada.lovelace@example.test", name: "Ada Lovelace" };
  for (const own of ["ada-lovelace", "ADALOVELACE!!", "12adalovelace12", "Ada.Lovelace@Example.test", "Lovelace, Ada"])
    expect(isTheirOwn(own, ada), own).toBe(own !== "Lovelace, Ada");
  expect(isTheirOwn("adalovelace12345", ada)).toBe(false);
  expect(isTheirOwn("bobbobbob1", { email: "bob@example.test", name: "Bob" })).toBe(false); // too short to count
});

test("an e-mail is one in small letters without the spaces around it, and what is none says so", () => {
  expect(Email.parse("  Ada@Example.TEST ")).toBe("ada@example.test");
  for (const wrong of ["ada", "ada@", "@example.test", "a b@example.test", `${"x".repeat(250)}@example.test`])
    expect(Email.safeParse(wrong).success, wrong).toBe(false);
});

test("names and passwords have their lengths in characters, and a link's token all of its 43", () => {
  expect([9, 10, 256, 257].map((length) => NewPassword.safeParse("é".repeat(length)).success)).toEqual([
    ...[false, true, true, false],
  ]);
  expect(["", "  ", "A\u0007da", "x".repeat(81)].map((name) => PersonName.safeParse(name).success)).toEqual(
    Array(4).fill(false),
  );
  expect(PersonName.parse(" Åsa 😀 ")).toBe("Åsa 😀");
  const token = "aZ0_-".padEnd(43, "x");
  expect(
    [token, token.slice(1), `${token}x`, token.replace("_", "/")].map((one) => LinkToken.safeParse(one).success),
  ).toEqual([true, false, false, false]);
});
