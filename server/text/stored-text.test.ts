import fc from "fast-check";
import { expect, test } from "vitest";
import {
  isStorable,
  mayHoldUnstorable,
  storable,
  storableJson,
  unstorablePath,
} from "#server/text/stored-text.rule.ts";

/** Any UTF-16 units, NUL and halves of pairs more often than chance would have them. */
const unit = fc.oneof(
  fc.constantFrom("\u0000", "\ud83d", "\ude00", "a", "\\", '"'),
  fc.nat(0xffff).map((code) => String.fromCharCode(code)),
);
const text = fc.string({ unit, maxLength: 12 });
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    text,
    fc.integer(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(text, tie("value"), { maxKeys: 4 }),
  ),
})).value;

test("a text made storable is storable, as long as it was, and stays as it is when it was already", () => {
  fc.assert(
    fc.property(text, (given) => {
      const kept = storable(given);
      expect(isStorable(kept)).toBe(true);
      expect(kept).toHaveLength(given.length);
      expect(kept === given).toBe(isStorable(given));
    }),
  );
  expect(storable("a\u0000b\ud83dc\u{1f600}")).toBe("a\ufffdb\ufffdc\u{1f600}");
});

test("whatever cannot be stored is found, and the quick look at its JSON text never misses it", () => {
  fc.assert(
    fc.property(json, (value) => {
      const path = unstorablePath(value);
      if (path) expect(mayHoldUnstorable(JSON.stringify(value))).toBe(true);
      else expect(storableJson(value)).toEqual(value);
    }),
    { numRuns: 500 },
  );
});

test("a copy of a value holds the same with every text storable, in lists and objects", () => {
  const given = { a: ["x\u0000", { b: "\ud83d" }], n: 1, nothing: null };
  expect(storableJson(given)).toEqual({ a: ["x\ufffd", { b: "\ufffd" }], n: 1, nothing: null });
  expect(given.a[0]).toBe("x\u0000");
});

test("the place of the first text that cannot be kept is told by its keys", () => {
  expect(unstorablePath("fine")).toBeNull();
  expect(unstorablePath("bad\u0000")).toEqual([]);
  expect(unstorablePath({ a: 1, b: [{ c: "ok" }, { c: "\ud83d" }] })).toEqual(["b", "1", "c"]);
  expect(unstorablePath({ a: { "k\u0000": 1 } })).toEqual(["a", "k\ufffd"]);
  expect(unstorablePath({ [`${"k".repeat(99)}\u0000`]: 1 })).toEqual(["k".repeat(80)]);
  expect(unstorablePath(new Map([["k", "\u0000"]]))).toEqual(["0", "1"]);
  expect(unstorablePath(new Set(["a", "\u0000"]))).toEqual(["1"]);
});

test("a value that stands in itself, or in many places, is looked at once and ends", () => {
  const own: Record<string, unknown> = { name: "a" };
  own.self = own;
  expect(unstorablePath(own)).toBeNull();
  own.last = "\u0000";
  expect(unstorablePath(own)).toEqual(["last"]);
});
