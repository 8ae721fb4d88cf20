import { expect, test } from "vitest";
import { stopMatcher } from "#server/inference/host/stop.rule.ts";
import { textDecoder } from "#server/inference/host/text.rule.ts";

function run(stops: string[], parts: string[]) {
  const matcher = stopMatcher(stops);
  const shown: string[] = [];
  for (const part of parts) {
    const { emit, stopped } = matcher.push(part);
    shown.push(emit);
    if (stopped) return { shown, stopped };
  }
  return { shown: [...shown, matcher.flush()], stopped: false };
}

test("only the tail that may become a stop string is held back", () => {
  expect(run(["</end>"], ["abc<", "/e", "x"])).toEqual({ shown: ["abc", "", "</ex", ""], stopped: false });
});

test("a stop string split over pieces is found and never shown", () => {
  expect(run(["STOP"], ["one S", "TO", "P two"])).toEqual({ shown: ["one ", "", ""], stopped: true });
});

test("the earliest of several stop strings wins", () => {
  expect(run(["b", "ab"], ["xab"])).toEqual({ shown: ["x"], stopped: true });
});

test("what was held is given when nothing stops", () => {
  expect(run(["\n\n"], ["a\n"])).toEqual({ shown: ["a", "\n"], stopped: false });
});

test("a character of several tokens is shown once it is whole", () => {
  const bytes = [...Buffer.from("a日é!")];
  const decoder = textDecoder((tokens) => Buffer.from(tokens).toString("utf8"));
  const shown = bytes.map((byte) => decoder.push(byte));
  expect(shown).toEqual(["a", "", "", "日", "", "é", "!"]);
  expect(decoder.flush()).toBe("");
});

test("an unfinished character at the end is said as such", () => {
  const decoder = textDecoder((tokens) => Buffer.from(tokens).toString("utf8"));
  expect(decoder.push(0xe6)).toBe("");
  expect(decoder.flush()).toBe("\uFFFD");
});

test("a leading space that a tokenizer drops at the start is kept in the middle", () => {
  const words = ["Hello", " there", " you"];
  const decoder = textDecoder((tokens) =>
    [...tokens]
      .map((token) => words[token])
      .join("")
      .trimStart(),
  );
  expect([0, 1, 2].map((token) => decoder.push(token)).join("")).toBe("Hello there you");
});
