import { expect, test } from "vitest";
import { judgeProbe, type Observed, Probe } from "#server/inference/host/probe.rule.ts";

const ten = Array.from({ length: 10 }, (_, i) => 100 + i);
const sure = ten.map(() => 1);

const record = (tokens = ten, margins = sure, more: object[] = []) =>
  Probe.parse({
    v: 1,
    maxTokens: 32,
    prompts: [{ ...prompt(tokens, margins) }, ...more],
  });
const prompt = (tokens: number[], margins: number[]) => ({
  messages: null,
  promptText: "Hello",
  promptTokenIds: [1, 2, 3],
  adapted: { tokens, margins, text: "" },
  base: { tokens: [7], margins: [1], text: "" },
});
const seen = (adapted: number[], more: Partial<Observed> = {}): Observed => ({
  promptTokenIds: [1, 2, 3],
  adapted,
  base: [7, 7, 7],
  firstLogprob: { adapted: -1, base: -2 },
  ...more,
});

test("an engine that says what the trainer recorded serves what was trained", () => {
  expect(judgeProbe(record(), [seen(ten)])).toEqual({
    accepted: true,
    reason: null,
    prompts: 1,
    agreedTokens: 10,
    conclusive: 1,
    effect: "tokens",
  });
});

test("a prompt that is rendered differently is refused from its first differing token, also when one is only longer", () => {
  const judge = (promptTokenIds: number[]) => judgeProbe(record(), [seen(ten, { promptTokenIds })]).reason;
  expect(judge([1, 9, 3])).toBe("prompt 1 is rendered differently here than in training, from token 2 on");
  expect(judge([1, 2])).toContain("from token 3 on");
  expect(judge([1, 2, 3, 4])).toContain("from token 4 on");
});

test("a token that the trainer was sure of may not differ; from the first near-tie on any may", () => {
  const other = [...ten.slice(0, 9), 5];
  expect(judgeProbe(record(), [seen(other)])).toMatchObject({
    accepted: false,
    reason: "prompt 1: token 10 differs from the trainer's record, which was sure of it",
    agreedTokens: 9,
  });
  const tieAt = (place: number) => ten.map((_, i) => (i === place ? 0.09 : 1));
  expect(judgeProbe(record(ten, tieAt(9)), [seen(other)]).accepted).toBe(true);
  expect(judgeProbe(record(ten, tieAt(8)), [seen(other)]).accepted).toBe(true);
  // a margin of exactly the limit is no tie
  expect(
    judgeProbe(
      record(
        ten,
        ten.map(() => 0.1),
      ),
      [seen(other)],
    ).accepted,
  ).toBe(false);
});

test("agreement of fewer than eight tokens proves nothing, unless the whole answer is shorter", () => {
  const tieAt = (place: number) => ten.map((_, i) => (i < place ? 1 : 0));
  const differing = (from: number) => seen([...ten.slice(0, from), 5, 5]);
  expect(judgeProbe(record(ten, tieAt(7)), [differing(7)])).toMatchObject({
    accepted: false,
    conclusive: 0,
    reason: expect.stringContaining("too uncertain to prove anything"),
  });
  expect(judgeProbe(record(ten, tieAt(8)), [differing(8)])).toMatchObject({ accepted: true, conclusive: 1 });
  expect(judgeProbe(record([100, 101], [1, 1]), [seen([100, 101])])).toMatchObject({ accepted: true, conclusive: 1 });
});

test("one conclusive prompt of several is enough, but each is checked", () => {
  const two = record(ten, sure, [
    prompt(
      ten,
      ten.map(() => 0),
    ),
  ]);
  expect(judgeProbe(two, [seen(ten), seen([5])])).toMatchObject({ accepted: true, prompts: 2, conclusive: 1 });
  const both = record(ten, sure, [prompt(ten, sure)]);
  expect(judgeProbe(both, [seen(ten), seen([5])]).reason).toContain("prompt 2: token 1 differs");
  // the first fault is the one that is told
  expect(judgeProbe(both, [seen([5]), seen([5])]).reason).toContain("prompt 1");
});

test("an adapter that moves neither a token nor a probability does nothing, and is refused", () => {
  const still = (adapted: number) =>
    judgeProbe(record(), [seen(ten, { base: ten, firstLogprob: { adapted, base: -2 } })]);
  expect(still(-2)).toMatchObject({
    accepted: false,
    effect: "none",
    reason: expect.stringContaining("changes nothing"),
  });
  expect(still(-2.0005).effect).toBe("none");
  expect(still(-2.01)).toMatchObject({ accepted: true, effect: "probabilities" });
});

test("a record without prompts leaves only the question whether the adapter changes anything", () => {
  const empty = Probe.parse({ v: 1, maxTokens: 1, prompts: [] });
  expect(judgeProbe(empty, [seen([1], { base: [2] })])).toMatchObject({ accepted: true, prompts: 0, conclusive: 0 });
  expect(judgeProbe(empty, [seen([1], { base: [1], firstLogprob: { adapted: 0, base: 0 } })]).accepted).toBe(false);
  expect(judgeProbe(empty, []).accepted).toBe(false);
});
