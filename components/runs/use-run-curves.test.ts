import { expect, test } from "vitest";
import { placesOnce } from "#components/runs/use-run-curves.ts";

test("a resume that was stored and then told live again is one mark on the chart, in order", () => {
  expect(placesOnce([{ step: 40 }, { step: 20 }, { step: 40 }, { step: 40 }])).toEqual([{ step: 20 }, { step: 40 }]);
});
