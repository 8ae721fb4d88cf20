import { expect, test } from "vitest";
import { describeEstimate, type RunEstimate } from "#cli/runs/describe.ts";
import { estimateRun, type PastRun } from "#server/runs/estimate.rule.ts";
import { loraWorkload } from "#server/runs/methods/lora.ts";
import { suggestFor } from "#server/runs/methods/method.ts";
import { sft } from "#server/runs/methods/sft.ts";

const data = { trainRows: 100, validationRows: 0, charactersPerRow: 80, learntCharactersPerRow: 40 };
const chosen = {
  ...suggestFor(sft, { parameters: 1e6, contextLength: 512, ...data }),
  epochs: 2,
  batchSize: 10,
  gradientAccumulation: 1,
  maxSteps: null,
};

/** What `train --estimate` prints for a run on a base where these runs ended before. */
function described(past: readonly PastRun[]) {
  const estimate: RunEstimate = {
    ok: true,
    method: "sft",
    suite: null,
    chosen,
    suggested: chosen,
    modelName: "tickets",
    base: { id: "mv_1", name: "nano", version: 1, parameters: 1e6, contextLength: 512 },
    dataset: { id: "dv_1", name: "tickets", version: 3, shape: "messages", trainRows: 100, validationRows: 0 },
    ...estimateRun(loraWorkload(chosen), data, past),
  };
  return describeEstimate(estimate).split("\n");
}

test("an estimate shows steps, tokens, time, memory and cost, and calls not measured what nobody measured", () => {
  expect(described([])).toEqual([
    "base nano/1, data tickets/3 (100 rows)",
    "steps 20, examples seen 200, trained tokens about 2,200 (estimated)",
    "time not measured on this base yet, memory not measured, cost not measured",
    expect.stringContaining("epochs 2, learning rate 0.003, batch size 10, LoRA rank 16"),
  ]);
});

test("time is estimated from what past runs on the base took for a character and a step", () => {
  const past = [
    {
      steps: 10,
      rowsSeen: 100,
      charactersPerRow: 80,
      learntCharactersPerRow: null,
      aroundSeconds: null,
      seconds: 30,
      trainedTokens: 1_000,
    },
  ];
  expect(described(past)[2]).toContain("time about 1 min 0 s (estimated from 1 run)");
});
