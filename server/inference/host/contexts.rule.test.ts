import { expect, test } from "vitest";
import { type ContextLimits, cutContexts } from "#server/inference/host/contexts.rule.ts";

const gib = 1024 ** 3;
const limits: ContextLimits = {
  maxContext: 8_192,
  maxSequences: 8,
  mostSequences: 64,
  maxContexts: 9,
  kvBudgetBytes: 4 * gib,
};
const base = (contextLength: number, kvKib: number) => ({ contextLength, kvBytesPerToken: kvKib * 1024 });

test("a small base has every context and sequence that the limits allow", () => {
  expect(cutContexts(base(512, 1), limits)).toEqual({
    contextLength: 512,
    sequences: 64,
    contexts: 9,
    kvBytes: 512 * 1024 * 64 * 9,
  });
  expect(cutContexts({ contextLength: null, kvBytesPerToken: null }, limits)).toEqual({
    contextLength: 8_192,
    sequences: 64,
    contexts: 9,
    kvBytes: 0,
  });
});

test("a larger base has fewer contexts, then fewer sequences, and a shorter context last", () => {
  const cut = (kvKib: number) => {
    const { contextLength, sequences, contexts } = cutContexts(base(131_072, kvKib), limits);
    return [contextLength, sequences, contexts];
  };
  expect([16, 32, 128, 512, 1024].map(cut)).toEqual([
    [8_192, 8, 4],
    [8_192, 8, 2],
    [8_192, 2, 2],
    [8_192, 1, 1],
    [4_096, 1, 1],
  ]);
});

test("the caches of all contexts together never pass the budget", () => {
  for (let kvKib = 1; kvKib < 3_000; kvKib += 7)
    for (const contextLength of [256, 2_048, 40_000])
      expect(cutContexts(base(contextLength, kvKib), limits).kvBytes).toBeLessThanOrEqual(limits.kvBudgetBytes);
});
