import { expect, test } from "vitest";
import { trainingBytes } from "#server/runs/room.rule.ts";

test("a training's room grows with the model, the rank and the checkpoints kept, and is of the right size", () => {
  const seven = { parameters: 6.7e9, rank: 16, keep: 3 };
  // LoRA of rank 16 on all linear layers of a 7B Llama trains 40 million parameters: 480 MB a checkpoint
  expect(trainingBytes(seven)).toBeGreaterThan(6 * 480e6);
  expect(trainingBytes(seven)).toBeLessThan(12 * 480e6);
  expect(trainingBytes({ ...seven, rank: 64 })).toBeGreaterThan(3.5 * trainingBytes(seven));
  expect(trainingBytes({ ...seven, keep: 6 })).toBeGreaterThan(1.4 * trainingBytes(seven));
  const held = trainingBytes({ ...seven, keep: 3 }) - trainingBytes({ ...seven, keep: 0 });
  expect(trainingBytes({ ...seven, heldBytes: 480e6 })).toBe(trainingBytes(seven) - 480e6);
  expect(trainingBytes({ ...seven, heldBytes: 9 * held })).toBeGreaterThan(2 * 480e6); // what is written beside the kept ones
  expect(trainingBytes({ parameters: 500_000, rank: 16, keep: 3 })).toBeLessThan(100e6);
});
