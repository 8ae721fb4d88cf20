import { expect, test } from "vitest";
import { proposeBaseline, proposeCandidate } from "#server/evals/propose.rule.ts";

const version = (name: string, more: { aliases?: string[]; base?: string } = {}) => ({
  id: name,
  model: name.split("/")[0] ?? "",
  kind: more.base ? ("tuned" as const) : ("base" as const),
  aliases: more.aliases ?? [],
  baseVersionId: more.base ?? null,
});
const nano = version("nano/1");
const mini = version("mini/1");
const array = version("array/1", { base: "mini/1", aliases: ["champion"] });
const first = version("triage/1", { base: "nano/1" });
const second = version("triage/2", { base: "nano/1" });
const champion = { ...first, aliases: ["champion"] };

test("the candidate is the newest version of the model that the suite compared last, else the newest tuned one", () => {
  expect(proposeCandidate([array, second, first, nano], "triage")).toBe(second);
  expect(proposeCandidate([array, second, first, nano], null)).toBe(array);
  expect(proposeCandidate([array, nano], "gone")).toBe(array);
  expect(proposeCandidate([nano, mini], null)).toBeNull();
});

test("the baseline is the champion of the candidate's own model, else its base, never another model's champion", () => {
  expect(proposeBaseline([array, second, champion, mini, nano], second)).toBe(champion);
  expect(proposeBaseline([array, second, first, mini, nano], second)).toBe(nano);
  expect(proposeBaseline([array, champion, mini, nano], champion)).toBe(nano);
  expect(proposeBaseline([array, mini, nano], nano)).toBeNull();
});
