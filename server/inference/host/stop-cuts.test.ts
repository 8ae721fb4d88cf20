import fc from "fast-check";
import { expect, test } from "vitest";
import { stopMatcher } from "#server/inference/host/stop.rule.ts";
import { textDecoder } from "#server/inference/host/text.rule.ts";

// few letters, so that stop strings overlap with the text, with each other and with themselves
const text = fc.string({ unit: fc.constantFrom("a", "b", "\n", "日"), maxLength: 24 });
const stops = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "\n", "日"), maxLength: 4 }), { maxLength: 4 });

function shownOf(parts: readonly string[], wanted: readonly string[]) {
  const matcher = stopMatcher(wanted);
  let shown = "";
  for (const part of parts) {
    const { emit, stopped } = matcher.push(part);
    shown += emit;
    if (stopped) return { shown, stopped };
  }
  return { shown: shown + matcher.flush(), stopped: false };
}

test("a text cut anywhere ends at the stop string that is complete first, and nothing before it is lost", () => {
  fc.assert(
    fc.property(text, stops, fc.nat(24), (whole, wanted, at) => {
      const letters = [...whole];
      const one = letters; // every character a piece: a stop string is seen the moment it is complete
      const ends = letters.map((_, i) => letters.slice(0, i + 1).join(""));
      const complete = ends.find((prefix) => wanted.some((stop) => stop !== "" && prefix.endsWith(stop)));
      const starts = wanted.flatMap((stop) =>
        stop && complete?.endsWith(stop) ? [complete.length - stop.length] : [],
      );
      const expected = complete === undefined ? whole : complete.slice(0, Math.min(...starts));
      expect(shownOf(one, wanted)).toEqual({ shown: expected, stopped: complete !== undefined });
      const cut = shownOf([whole.slice(0, at), whole.slice(at)], wanted);
      expect(cut.stopped).toBe(complete !== undefined);
      expect(whole.startsWith(cut.shown)).toBe(true);
      for (const stop of wanted) if (stop !== "") expect(cut.shown).not.toContain(stop);
    }),
  );
});

test("no more is held back than could still become a stop string", () => {
  fc.assert(
    fc.property(text, stops, (whole, wanted) => {
      const matcher = stopMatcher(wanted);
      let shown = "";
      for (const letter of whole) {
        const { emit, stopped } = matcher.push(letter);
        if (stopped) return;
        shown += emit;
      }
      const held = whole.slice(shown.length);
      if (held !== "") expect(wanted.some((stop) => stop.length > held.length && stop.startsWith(held))).toBe(true);
      expect(matcher.flush()).toBe(held);
      expect(matcher.flush()).toBe("");
    }),
  );
});

test("without stop strings, or with empty ones only, every piece is shown at once", () => {
  for (const wanted of [[], [""], ["", ""]]) {
    const matcher = stopMatcher(wanted);
    for (const part of ["a", "", "日"]) expect(matcher.push(part)).toEqual({ emit: part, stopped: false });
    expect(matcher.flush()).toBe("");
  }
});

const written = fc.string({ unit: "grapheme-composite", maxLength: 20 }).filter((text) => !text.includes("\uFFFD"));
const utf8 = (tokens: Uint32Array) => Buffer.from(tokens).toString("utf8");

test("whatever the bytes of a text are cut into, the pieces together are the text and none holds a broken character", () => {
  fc.assert(
    fc.property(written, fc.array(fc.integer({ min: 1, max: 5 })), (whole, sizes) => {
      const bytes = [...Buffer.from(whole)];
      const tokens: number[][] = [];
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const size = sizes[i % Math.max(1, sizes.length)] ?? 1;
        tokens.push(bytes.slice(at, at + size));
        at += size;
      }
      const decoder = textDecoder((ids) => Buffer.from([...ids].flatMap((id) => tokens[id] ?? [])).toString("utf8"));
      const pieces = tokens.map((_, id) => decoder.push(id));
      expect(pieces.join("") + decoder.flush()).toBe(whole);
      for (const piece of pieces) expect(piece).not.toContain("\uFFFD");
    }),
  );
});

test("bytes that never become a character are given up after eight tokens, and what follows is text again", () => {
  const decoder = textDecoder(utf8);
  const pieces = Array.from({ length: 8 }, () => decoder.push(0x80));
  expect(pieces.slice(0, 7)).toEqual(Array.from({ length: 7 }, () => ""));
  expect(pieces[7]).toBe("\uFFFD".repeat(8));
  expect(decoder.push(0x41)).toBe("A");
  expect(decoder.flush()).toBe("");
});

test("tokens without text of their own wait for the one that has", () => {
  const decoder = textDecoder((tokens) => [...tokens].map((token) => ["", "x"][token]).join(""));
  expect([0, 0, 1, 0].map((token) => decoder.push(token))).toEqual(["", "", "x", ""]);
  expect(decoder.flush()).toBe("");
});
