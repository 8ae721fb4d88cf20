import { expect, test } from "vitest";
import { checkpointsOf } from "#server/runs/checkpoints.rule.ts";

const at = new Date(0);
const saved = [10, 20, 30, 40, 50].map((step) => ({ step, bytes: 1, at }));

test("the best checkpoint is the one of the lowest validation loss, the earliest of equals", () => {
  const validation = [
    { step: 10, loss: 2 },
    { step: 15, loss: 0.5 }, // no checkpoint there
    { step: 20, loss: 1 },
    { step: 30, loss: 1 },
    { step: 40, loss: 3 },
  ];
  const shown = checkpointsOf(saved, validation);
  expect(shown.map(({ step, validationLoss }) => [step, validationLoss])).toEqual([
    [10, 2],
    [20, 1],
    [30, 1],
    [40, 3],
    [50, null],
  ]);
  expect(shown.filter((one) => one.best).map((one) => one.step)).toEqual([20]);
});

test("without a validation loss none is best; a step that was saved again counts as it was saved last", () => {
  const shown = checkpointsOf([...saved, { step: 40, bytes: 7, at }], []);
  expect(shown.map(({ step, bytes }) => [step, bytes])).toEqual([
    [10, 1],
    [20, 1],
    [30, 1],
    [40, 7],
    [50, 1],
  ]);
  expect(shown.some((one) => one.best)).toBe(false);
  expect(checkpointsOf([], [{ step: 1, loss: 1 }])).toEqual([]);
});
