import { expect, test } from "vitest";
import { type Grader, grade, graderKinds } from "#server/evals/graders.rule.ts";
import { GraderInput } from "#server/evals/input.ts";
import { tokenF1 } from "#server/evals/token-f1.rule.ts";

const mark = (grader: { kind: string; fields?: string[] }, reference: string, output: string | null) =>
  grade({ name: "g", ...grader }, reference, output).mark;

test("an exact match ignores only white space at the ends and the way accents are composed", () => {
  expect(mark({ kind: "exact_match" }, "café", "cafe\u0301 \r\n")).toBe(1);
  expect(mark({ kind: "exact_match" }, "yes", "Yes")).toBe(0);
});

test("contains ignores case", () => {
  expect(mark({ kind: "contains" }, "Paris", "It is PARIS, of course.")).toBe(1);
  expect(mark({ kind: "contains" }, "Paris", "London")).toBe(0);
});

test("JSON fields are equal whatever the order of keys, and a fence does not hide them", () => {
  const reference = '{"category":"billing","priority":"high"}';
  expect(mark({ kind: "json_fields" }, reference, '{"priority":"high","category":"billing"}')).toBe(1);
  expect(mark({ kind: "json_fields" }, reference, '```json\n{"category":"billing","priority":"high"}\n```')).toBe(1);
  expect(mark({ kind: "json_fields" }, reference, '{"category":"billing","priority":"low"}')).toBe(0);
  expect(
    mark({ kind: "json_fields", fields: ["category"] }, reference, '{"category":"billing","priority":"low"}'),
  ).toBe(1);
  expect(mark({ kind: "json_fields" }, reference, '{"category":"billing","priority":"high","note":"x"}')).toBe(0);
});

test("a chosen field may lie inside, and one that the reference lacks never passes", () => {
  const reference = '{"to":{"city":"Oslo"}}';
  expect(mark({ kind: "json_fields", fields: ["to.city"] }, reference, '{"to":{"city":"Oslo","zip":1}}')).toBe(1);
  expect(mark({ kind: "json_fields", fields: ["to.zip"] }, reference, '{"to":{}}')).toBe(0);
  expect(mark({ kind: "json_fields", fields: ["__proto__"] }, "{}", "{}")).toBe(0);
});

test("half a JSON document is not valid", () => {
  expect(mark({ kind: "json_valid" }, "", '{"a":1')).toBe(0);
  expect(mark({ kind: "json_valid" }, "", '{"a":1}')).toBe(1);
});

test.each([
  ["on lines of its own", '```json\n{"a":1}\n```'],
  ["in one line", '```json {"a":1}```'],
  ["in one line without a language", '```{"a":1}```'],
  ["with its language in capitals", '```JSON\n{"a":1}\n```'],
  ["without a language", '```\n{"a":1}\n```'],
  ["of tildes", '~~~json\n{"a":1}\n~~~'],
  ["of four", '````json\r\n{"a":1}\r\n````\n'],
])("a fence %s does not hide JSON", (_, output) => {
  expect(mark({ kind: "json_valid" }, "", output)).toBe(1);
  expect(mark({ kind: "json_fields" }, '{"a":1}', output)).toBe(1);
});

test.each(['```yaml\n{"a":1}\n```', '```jsonl\n{"a":1}\n```', 'Here:\n```json\n{"a":1}\n```', '```json\n{"a":1}'])(
  "%j is more than one fenced JSON document, or less",
  (output) => expect(mark({ kind: "json_valid" }, "", output)).toBe(0),
);

test("every grader reads composed and decomposed accents as the same", () => {
  const [composed, decomposed] = ["caf\u00e9 d\u00eda", "cafe\u0301 di\u0301a"];
  for (const kind of ["exact_match", "contains", "token_f1"] as const)
    expect(mark({ kind }, composed, decomposed), kind).toBe(1);
  const json = (text: string) => JSON.stringify({ [text]: text });
  expect(mark({ kind: "json_fields" }, json(composed), json(decomposed))).toBe(1);
  expect(mark({ kind: "json_fields" }, '{"é":"é"}', '{"e\\u0301":"e\\u0301"}')).toBe(1);
  expect(mark({ kind: "json_fields", fields: [decomposed] }, json(composed), json(composed))).toBe(1);
});

/** [reference, answer, F1] as printed by SQuAD's own evaluate-v2.0.py (compute_f1) under Python 3. */
const squad: [string, string, number][] = [
  ["the cat sat", "a cat sat down", 0.8],
  ["cat cat", "cat", 2 / 3],
  ["", "", 1],
  ["cat", "", 0],
  ["the", "a", 1],
  ["The Eiffel Tower, Paris.", "eiffel tower in paris", 6 / 7],
  ["$5.00", "5.00 dollars", 2 / 3],
  ["C++", "c", 1],
  ["rock-and-roll", "rock and roll", 0],
  ["rock-and-roll", "rockandroll", 1],
  ["el día", "el d", 0.5],
  ["ça va", "va", 2 / 3],
  ["ça va", "a va", 2 / 3],
  ["à la carte", "la carte", 0.8],
  ["«Bonjour» — dit-il", "bonjour ditil", 0.4],
  ["“Yes”", "yes", 0],
  ["a_b", "ab", 1],
  ["an apple an hour", "apple hour", 1],
  ["U.S.A.", "usa", 1],
  ["the-cat", "cat", 0],
  ["a\u00a0cat\u2003sat", "cat sat", 1],
  ["a\u001ccat", "cat", 1],
  ["\ufeffcat", "cat", 0],
  ["ΟΔΟΣ", "οδος", 1],
  ["Straße", "STRASSE", 0],
  ["1,234.5", "12345", 1],
  ["naïve a posteriori", "naïve posteriori", 1],
  ["a€b", "b", 0],
  ["El Niño", "el nino", 0.5],
];

test.each(squad)("token F1 of %j and %j is SQuAD's %d", (reference, output, f1) => {
  expect(tokenF1(reference, output)).toBeCloseTo(f1, 12);
});

test("a call that failed gets no mark from any grader", () => {
  for (const kind of graderKinds) expect(grade({ name: "g", kind }, "", null)).toEqual({ mark: 0, passed: false });
});

test("numbers in JSON are compared by their exact value", () => {
  const same = (reference: string, output: string) =>
    mark({ kind: "json_fields" }, `{"n":${reference}}`, `{"n":${output}}`);
  expect(same("12345678901234567890", "12345678901234567890")).toBe(1);
  expect(same("12345678901234567890", "12345678901234567000")).toBe(0);
  expect(same("1e400", "1e400")).toBe(1);
  expect(same("1e400", "1e401")).toBe(0);
  expect(same("1.10", "1.1")).toBe(1);
  expect(same("1.0", "1")).toBe(1);
  expect(same("0.1", "0.10000000000000001")).toBe(0);
  expect(mark({ kind: "json_fields", fields: ["n"] }, '{"n":9007199254740993}', '{"n":9007199254740992}')).toBe(0);
});

test("a document that says two things at once, or nests without end, is none", () => {
  expect(mark({ kind: "json_fields" }, '{"a":1}', '{"a":2,"a":1}')).toBe(0);
  expect(mark({ kind: "json_valid" }, "", '{"a":2,"a":1}')).toBe(0);
  expect(mark({ kind: "json_valid" }, "", "[".repeat(100_000) + "]".repeat(100_000))).toBe(0);
});

test("each kind takes its own options and no other's", () => {
  const read = (grader: object) => GraderInput.safeParse({ name: "g", ...grader });
  expect(read({ kind: "json_fields", fields: [" a "] }).data).toEqual({
    name: "g",
    kind: "json_fields",
    fields: ["a"],
  });
  expect(read({ kind: "token_f1", threshold: 0.8 }).success).toBe(true);
  const told = (grader: object) => read(grader).error?.issues[0]?.message;
  expect(told({ kind: "exact_match", fields: ["a"] })).toBe("the grader Exact match takes no fields");
  expect(told({ kind: "token_f1", threshold: 2 })).toBe("an F1 lies between 0 and 1");
  expect(read({ kind: "rouge" }).success).toBe(false);
});

test("an answer passes Token F1 from the threshold of its suite on", () => {
  const half: Grader = { name: "g", kind: "token_f1" };
  expect(grade(half, "cat sat", "cat")).toMatchObject({ passed: true });
  expect(grade({ ...half, threshold: 0.8 }, "cat sat", "cat")).toMatchObject({ passed: false });
});
