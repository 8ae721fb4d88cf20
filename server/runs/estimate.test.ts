import { expect, test } from "vitest";
import { estimateRun } from "#server/runs/estimate.rule.ts";
import { loraWorkload } from "#server/runs/methods/lora.ts";
import { suggestFor } from "#server/runs/methods/method.ts";
import { sft } from "#server/runs/methods/sft.ts";

const data = { trainRows: 1_000, validationRows: 0, charactersPerRow: 100, learntCharactersPerRow: 40 };
const base = { parameters: 1_000_000, contextLength: 1_024 };
const chosen = loraWorkload({ ...suggestFor(sft, { ...base, ...data }), epochs: 2, maxSteps: null });
const past = {
  rowsSeen: 500,
  charactersPerRow: 200,
  learntCharactersPerRow: 60,
  seconds: 50,
  aroundSeconds: 12,
  trainedTokens: 20_000,
};

test("time is what past runs took per character, and what they took around it; tokens are their characters a token", () => {
  const { rowsSeen, seconds, trainedTokens } = estimateRun(chosen, data, [past]);
  expect(rowsSeen).toBe(2_000);
  expect(seconds).toEqual({ value: 12 + (50 / 100_000) * 200_000, evidence: "estimated", basedOnRuns: 1 });
  expect(trainedTokens).toEqual({ value: Math.round(80_000 / 1.5), evidence: "estimated", charactersPerToken: 1.5 });
});

test("without a run on this base the time is not known, and tokens are guessed at four characters", () => {
  const { seconds, trainedTokens } = estimateRun(chosen, data, []);
  expect(seconds).toEqual({ value: null, evidence: "missing", basedOnRuns: 0 });
  expect(trainedTokens).toMatchObject({ value: 20_000, charactersPerToken: 4 });
});

test("a run that was interrupted says nothing about the time around a training", () => {
  expect(estimateRun(chosen, data, [{ ...past, aroundSeconds: null }]).seconds.value).toBe(100);
});
