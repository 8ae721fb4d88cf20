import fc from "fast-check";
import { expect, test } from "vitest";
import { exactJson, exactNumber, numberKey, parseExactJson } from "#server/text/exact-json.rule.ts";

const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: 25 });
const whole = digits.map((text) => text.replace(/^0+(?=\d)/, ""));
const optional = (part: fc.Arbitrary<string>) => fc.oneof(fc.constant(""), part);

/** Any number that JSON allows, as somebody may have written it. */
const written = fc
  .tuple(
    fc.constantFrom("", "-"),
    whole,
    optional(digits.map((text) => `.${text}`)),
    optional(fc.tuple(fc.constantFrom("e", "E", "e+", "e-"), fc.nat(400)).map((exponent) => exponent.join(""))),
  )
  .map((parts) => parts.join(""));

const parsedValue = (text: string) => {
  const parsed = parseExactJson(text);
  if (parsed.fault !== null) throw new Error(`${text}: ${parsed.fault}`);
  return parsed.value;
};

test("any number comes out as it was written, wherever it stands", () => {
  fc.assert(
    fc.property(written, written, (a, b) => {
      const text = `{"a":[${a},"${b}",{"b":${b}}],"c":${a}}`;
      expect(exactJson(parsedValue(text))).toBe(text);
    }),
    { numRuns: 500 },
  );
});

test("whole numbers around the largest that JavaScript counts exactly are kept, plain ones as plain numbers", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 10n ** 14n, max: 10n ** 18n }), (number) => {
      const [value] = [parsedValue(`[${number}]`)].flat();
      expect(exactJson(value)).toBe(String(number));
      expect(typeof value === "number").toBe(String(Number(number)) === String(number));
    }),
    { numRuns: 500 },
  );
});

test("any JSON value is what JSON.parse makes of it, and is written again as JSON.stringify does", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const parsed = parsedValue(text);
      expect(exactJson(parsed, indent)).toBe(text);
      expect(JSON.stringify(parsed)).toBe(JSON.stringify(JSON.parse(text)));
    }),
    { numRuns: 500 },
  );
});

test.each(['{"__proto__":1.10}', '{"__proto__":{"a":1.10}}', '{"constructor":1.10,"toString":[1e400]}'])(
  "a key that JavaScript's own objects have is a key like others beside an exact number: %s",
  (text) => {
    const value = parsedValue(text);
    expect(exactJson(value)).toBe(text);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  },
);

test("a text of which JSON.parse makes nothing is a fault, never a throw, and no other text is one", () => {
  const damaged = fc
    .tuple(fc.jsonValue({ maxDepth: 3 }), fc.nat(), fc.constantFrom("", ",", "}", "[", '"', "\\", "-", ".", "e", "0"))
    .map(([value, seed, put]) => {
      const text = JSON.stringify(value);
      const at = seed % (text.length + 1);
      return text.slice(0, at) + put + text.slice(at + (seed % 2));
    });
  fc.assert(
    fc.property(damaged, (text) => {
      const { fault } = parseExactJson(text);
      if (fault === "repeated_key") return;
      expect(fault).toBe(isJson(text) ? null : "syntax");
    }),
    { numRuns: 400 },
  );
});

test("numbers of equal value have one key, whatever zeros and exponents they are written with", () => {
  const parts = fc.tuple(fc.constantFrom("", "-"), whole, digits, fc.integer({ min: -300, max: 300 }), fc.nat(6));
  fc.assert(
    fc.property(parts, ([sign, before, after, exponent, zeros]) => {
      const key = numberKey(exactNumber(`${sign}${before}.${after}e${exponent}`));
      const padded = `${sign}${before}.${after}${"0".repeat(zeros)}e${exponent}`;
      const shifted = `${sign}${before}${after}e${exponent - after.length}`.replace(/^(-?)0+(?=\d)/, "$1");
      expect([numberKey(exactNumber(padded)), numberKey(exactNumber(shifted))]).toEqual([key, key]);
    }),
  );
});

test("numbers of different value have different keys", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.bigInt({ min: 1n, max: 99n }), (a, more) => {
      expect(numberKey(exactNumber(String(a)))).not.toBe(numberKey(exactNumber(String(a + more))));
    }),
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
