import fc from "fast-check";
import { expect, test } from "vitest";
import { parseJson, sameFields } from "#server/evals/json-answer.rule.ts";
import { formatLeftOut } from "#server/evals/left-out.rule.ts";
import { formatOverlap, overlapOf } from "#server/evals/overlap.rule.ts";
import { hashPrompt, promptsTaught } from "#server/evals/prompt.rule.ts";
import { tokenF1 } from "#server/evals/token-f1.rule.ts";

test("any JSON document is read the same bare, in a fence, and with space around it", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 3 }), (text) => {
      const bare = parseJson(text);
      for (const dressed of [
        ` \n${text}\n`,
        `\`\`\`json\n${text}\n\`\`\``,
        `\`\`\`\n${text}\n\`\`\``,
        `~~~JSON\n${text}\n~~~`,
      ])
        expect(parseJson(dressed)).toEqual(bare);
    }),
  );
});

test("text around a document, half a fence or two documents are no answer in JSON", () => {
  for (const text of [
    "",
    "Here: {}",
    "{} {}",
    "```json\n{}",
    "{}\n```",
    "```\n```json\n{}\n```\n```",
    "{a:1}",
    "undefined",
  ])
    expect(parseJson(text), text).toBeUndefined();
});

test("a document equals itself whatever the order of its keys, and differs when one value does", () => {
  const document = fc.dictionary(
    fc.string({ minLength: 1, maxLength: 4 }),
    fc.oneof(fc.integer(), fc.string(), fc.boolean()),
    {
      minKeys: 1,
      noNullPrototype: true,
    },
  );
  fc.assert(
    fc.property(document, (value) => {
      const turned = Object.fromEntries(Object.entries(value).reverse());
      expect(sameFields(value, turned, [])).toBe(true);
      const [key = ""] = Object.keys(value);
      const { [key]: _, ...lacking } = value;
      expect(sameFields(value, lacking, [])).toBe(false);
      expect(sameFields(value, { ...value, [key]: null }, [])).toBe(false);
    }),
  );
});

test("only the chosen fields count; inherited names and lists' places are told apart from what is there", () => {
  const reference = { a: { b: 1 }, c: 2, list: [3] };
  expect(sameFields(reference, { a: { b: 1 }, c: 99 }, ["a.b"])).toBe(true);
  expect(sameFields(reference, { a: { b: 1 }, c: 99 }, ["a.b", "c"])).toBe(false);
  expect(sameFields(reference, { list: [3, 4] }, ["list.0"])).toBe(true);
  expect(sameFields(reference, reference, ["constructor"])).toBe(false);
  expect(sameFields(reference, undefined, ["c"])).toBe(false);
  expect(sameFields(undefined, undefined, [])).toBe(false);
});

const words = fc.string({ unit: fc.constantFrom("a", "the", "cat", "dog", " ", ".", "día", "THE "), maxLength: 8 });

test("token F1 lies between 0 and 1, is the same both ways, and is 1 for the text itself", () => {
  fc.assert(
    fc.property(words, words, (one, other) => {
      const mark = tokenF1(one, other);
      expect(mark).toBeGreaterThanOrEqual(0);
      expect(mark).toBeLessThanOrEqual(1);
      expect(tokenF1(other, one)).toBe(mark);
      expect(tokenF1(one, one)).toBe(1);
      expect(tokenF1(`  The ${one}!`, ` ${one.toUpperCase()}`)).toBe(1);
    }),
  );
});

test("a word counts as often as both have it", () => {
  expect(tokenF1("cat", "cat cat cat")).toBeCloseTo(0.5, 12);
  expect(tokenF1("the a an", "...")).toBe(1);
  expect(tokenF1("cat", "the")).toBe(0);
});

const turn = fc.record({
  role: fc.constantFrom("system" as const, "user" as const, "assistant" as const),
  content: fc.string({ unit: fc.constantFrom("a", "é", " ", "\n", '"', ","), maxLength: 8 }),
});

test("a prompt has the same hash however its accents are composed and its lines end, and another when its words do", () => {
  fc.assert(
    fc.property(fc.array(turn, { minLength: 1, maxLength: 4 }), (prompt) => {
      const dressed = prompt.map((one) => ({
        ...one,
        content: ` ${one.content.normalize("NFD").replaceAll("\n", "\r\n")}\r\n`,
      }));
      expect(hashPrompt(dressed)).toBe(hashPrompt(prompt));
      expect(hashPrompt([...prompt, { role: "user", content: "" }])).not.toBe(hashPrompt(prompt));
      const [first, ...rest] = prompt;
      if (first)
        expect(hashPrompt([{ ...first, content: `${first.content.trim()}x` }, ...rest])).not.toBe(hashPrompt(prompt));
    }),
  );
});

test("words that move from one turn to the next are another prompt; a developer is a system", () => {
  const user = (content: string) => ({ role: "user", content }) as const;
  expect(hashPrompt([user("ab"), user("c")])).not.toBe(hashPrompt([user("a"), user("bc")]));
  expect(hashPrompt([user('a","user')])).not.toBe(hashPrompt([user("a"), user("")]));
  expect(hashPrompt([{ role: "developer", content: "x" }])).toBe(hashPrompt([{ role: "system", content: "x" }]));
});

test("what a row teaches are the prompts before its answers: none at its beginning, none without loss", () => {
  const [user, assistant] = [
    { role: "user", content: "q" },
    { role: "assistant", content: "a" },
  ] as const;
  expect(promptsTaught({ messages: [assistant] })).toEqual([]);
  expect(promptsTaught({ messages: [user, { ...assistant, weight: 0 }] })).toEqual([]);
  expect(promptsTaught({ messages: [user, assistant, user, assistant] })).toEqual([
    hashPrompt([user]),
    hashPrompt([user, assistant, user]),
  ]);
  expect(promptsTaught({ prompt: "q", chosen: [assistant], rejected: [] })).toEqual([hashPrompt([user])]);
  for (const row of [null, "text", { text: "plain" }]) expect(promptsTaught(row)).toBeNull();
});

test("rows that are left out are counted by reason; none left out says nothing", () => {
  expect(formatLeftOut(5, null)).toBeNull();
  expect(formatLeftOut(5, { text: 0 })).toBeNull();
  expect(formatLeftOut(0, { text: 1 })).toBe("1 of 1 rows is left out: 1 of plain text without a question");
  expect(formatLeftOut(1_000, { bad_answer: 1_234, beyond_max: 1 })).toMatch(
    /^1,235 of 2,235 rows are left out: 1,234 with/,
  );
});

test("a case that both have seen is counted once, and what could not be compared is named", () => {
  const overlap = overlapOf(
    10,
    { seen: new Set([1, 2]), unchecked: ["tickets v1"] },
    { seen: new Set([2, 3]), unchecked: [] },
  );
  expect(overlap).toMatchObject({ candidate: 2, baseline: 2, either: 3 });
  const names = { candidate: "triage/2", baseline: "nano/1" };
  expect(formatOverlap(overlap, names)).toBe(
    "triage/2 was trained on 2 of the 10 cases, nano/1 was trained on 2 of the 10 cases. The verdict is drawn on the 7 unseen ones. Not comparable with the cases: tickets v1, which trained triage/2.",
  );
  const none = { seen: new Set<number>(), unchecked: [] };
  expect(formatOverlap(overlapOf(10, none, none), names)).toBeNull();
  expect(formatOverlap(overlapOf(2, { seen: new Set([0, 1]), unchecked: [] }, none), names)).toContain(
    "No unseen case is left",
  );
  expect(formatOverlap(undefined, names)).toContain("run it again");
});
