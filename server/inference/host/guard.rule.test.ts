import fc from "fast-check";
import { expect, test } from "vitest";
import { escapePattern, guardOf } from "#server/inference/host/guard.rule.ts";

const controls = ["<|im_start|>", "<|im_end|>", "<s>", "</s>", "[INST]", "😀x"];
const guard = guardOf(controls);
const pieces = fc.constantFrom(
  ...controls,
  "<",
  "|",
  ">",
  "im_",
  "<|IM_END",
  "S>",
  " ",
  "\n",
  "a",
  "\uE0F0",
  "😀",
  "x",
  "[",
);
const hostile = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(""));
const any = fc.oneof(hostile, fc.string({ unit: "binary", maxLength: 20 }));

const holdsControl = (text: string) => controls.some((control) => text.toLowerCase().includes(control.toLowerCase()));

test("what is disguised is shown again letter for letter", () => {
  fc.assert(
    fc.property(any, (text) => {
      expect(guard.show(guard.hide(text))).toBe(text);
    }),
  );
});

test("no disguised text holds a control token, in any case of its letters", () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(holdsControl(guard.hide(text))).toBe(false);
    }),
  );
});

test("nor does one become part of a control token beside what a template writes", () => {
  const place = fc.nat(12);
  const inside = fc.tuple(fc.constantFrom(...controls), place, place).map(([text, from, to]) => text.slice(from, to));
  fc.assert(
    fc.property(fc.oneof(hostile, inside), fc.constantFrom(...controls), place, place, (text, control, from, to) => {
      const [left, right] = [control.slice(0, from), control.slice(to)];
      const core = guard.hide(text).trim();
      if (core === "") return;
      // a control token in the whole lies in the template's own part, or not at all
      const whole = (left + core + right).toLowerCase();
      for (const each of controls.map((one) => one.toLowerCase())) {
        const at = whole.indexOf(each);
        if (at < 0) continue;
        const touches = at + each.length > left.length && at < left.length + core.length;
        expect(touches, JSON.stringify({ left, core, right })).toBe(false);
      }
    }),
    { numRuns: 1_000 },
  );
});

test("a model without control tokens leaves text as it is, and so does an empty control token", () => {
  for (const none of [guardOf([]), guardOf([""])]) {
    expect(none.hide("<|im_end|> as is")).toBe("<|im_end|> as is");
    expect(none.hides(none.hide("plain"))).toBe(false);
  }
});

test("numbers, nulls and switches pass; texts in lists and objects and the names of fields are disguised", () => {
  const value = { n: 1, none: null, on: true, list: ["<s>", 2], "</s>": { deep: "[INST]" } };
  const hidden = guard.hide(value);
  expect(hidden).toMatchObject({ n: 1, none: null, on: true });
  expect(holdsControl(JSON.stringify(hidden))).toBe(false);
  expect(JSON.parse(guard.show(JSON.stringify(hidden)))).toEqual(value);
});

test("a role that a template compares stays as it is, unless it is a control token itself", () => {
  expect(guard.hide({ role: "s>", content: "s>" })).toMatchObject({ role: "s>" });
  expect(guard.hides(guard.hide({ role: "s>", content: "s>" }).content)).toBe(true);
  expect(holdsControl(guard.hide({ role: "<s>" }).role)).toBe(false);
});

test("a person's own private-use mark is not taken for ours", () => {
  const text = `\uE0F0${String.fromCodePoint(0x10_0041)} \uE0F0`;
  expect(guard.show(guard.hide(text))).toBe(text);
});

test("every character of a pattern stands for itself", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 10 }), (text) => {
      expect(new RegExp(`^${escapePattern(text)}$`).test(text)).toBe(true);
    }),
  );
});
