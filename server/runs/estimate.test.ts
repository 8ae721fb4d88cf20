import { expect, test } from "vitest";
import { countSteps, estimateRun } from "#server/runs/estimate.rule.ts";
import { loraWorkload } from "#server/runs/methods/lora.ts";
import { suggestFor } from "#server/runs/methods/method.ts";
import { sft } from "#server/runs/methods/sft.ts";

const data = { trainRows: 1_000, validationRows: 0, charactersPerRow: 100, learntCharactersPerRow: 40 };
const base = { parameters: 1_000_000, contextLength: 1_024 };
const chosen = loraWorkload({ ...suggestFor(sft, { ...base, ...data }), epochs: 2, maxSteps: null });
const past = {
  steps: countSteps(chosen, data.trainRows) / 2,
  rowsSeen: 500,
  charactersPerRow: 200,
  learntCharactersPerRow: 60,
  seconds: 50,
  aroundSeconds: 12,
  trainedTokens: 20_500,
};

test("time is what past runs took per character and step, and around it; tokens are their characters a token and what closes an answer", () => {
  const { rowsSeen, seconds, trainedTokens } = estimateRun(chosen, data, [past]);
  expect(rowsSeen).toBe(2_000);
  expect(seconds).toEqual({ value: 12 + (50 / 100_000) * 200_000, evidence: "estimated", basedOnRuns: 1 });
  expect(trainedTokens).toEqual({
    value: 2_000 + Math.round(80_000 / 1.5),
    evidence: "estimated",
    charactersPerToken: 1.5,
  });
});

test("without a run on this base the time is not known, and tokens are guessed at four characters", () => {
  const { seconds, trainedTokens } = estimateRun(chosen, data, []);
  expect(seconds).toEqual({ value: null, evidence: "missing", basedOnRuns: 0 });
  expect(trainedTokens).toMatchObject({ value: 22_000, charactersPerToken: 4 });
});

test("a run that was interrupted says nothing about the time around a training", () => {
  expect(estimateRun(chosen, data, [{ ...past, aroundSeconds: null }]).seconds.value).toBe(100);
});

test("the same rows in more steps take longer: half of the time goes with the steps, unless past runs tell", () => {
  const smaller = { ...chosen, batchSize: chosen.batchSize / 2 };
  const { steps } = estimateRun(chosen, data, [past]);
  const more = estimateRun(smaller, data, [past]);
  expect(more.steps).toBeGreaterThan(steps);
  expect(more.seconds.value).toBeCloseTo(12 + 50 + (50 * more.steps) / steps);
  const took = (perCharacter: number, perStep: number, pastSteps: number) => ({
    ...past,
    steps: pastSteps,
    seconds: perCharacter * 100_000 + perStep * pastSteps,
  });
  const told = [took(0.000_1, 0.02, 50), took(0.000_1, 0.02, 400)];
  expect(estimateRun(smaller, data, told).seconds.value).toBeCloseTo(12 + 20 + 0.02 * more.steps);
});
