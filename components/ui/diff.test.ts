import { expect, test } from "vitest";
import { diffWords } from "#components/ui/diff.rule.ts";

const before = '{"category":"billing", "priority":"high"}';
const after = '{"category":"cancellation", "priority":"high"}';

test("only the word that differs is marked", () => {
  expect(diffWords(before, after)).toEqual([
    { kind: "same", text: '{"category":"' },
    { kind: "del", text: "billing" },
    { kind: "ins", text: "cancellation" },
    { kind: "same", text: '", "priority":"high"}' },
  ]);
});

test("both sides can be read back from the parts", () => {
  const a = "the quick brown fox jumps over the lazy dog";
  const b = "a quick red fox leaps over the very lazy dog";
  const parts = diffWords(a, b);
  const read = (skip: string) =>
    parts
      .filter((part) => part.kind !== skip)
      .map((part) => part.text)
      .join("");
  expect(read("ins")).toBe(a);
  expect(read("del")).toBe(b);
});

test("equal and empty texts have no marks, and texts with nothing in common are one replacement", () => {
  expect(diffWords("same", "same")).toEqual([{ kind: "same", text: "same" }]);
  expect(diffWords("", "")).toEqual([]);
  expect(diffWords("", "new")).toEqual([{ kind: "ins", text: "new" }]);
  expect(diffWords("a ".repeat(5_000), "b ".repeat(5_000)).length).toBeLessThanOrEqual(3);
});

test("in a long text only the words that differ are marked, in any script", () => {
  const text = "один два три quatre ".repeat(5_000);
  const marked = (other: string) => diffWords(text, other).filter((part) => part.kind !== "same");
  const edited = text.replace("два", "пять").replace(/quatre $/, "cinq ");
  expect(marked(edited).map((part) => part.text)).toEqual(["два", "пять", "quatre", "cinq"]);
});
