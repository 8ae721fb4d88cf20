import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tinyBase } from "#server/inference/gguf-testing.ts";
import { loadModel } from "#server/inference/host/addon.ts";
import type { Job } from "#server/inference/host/generation.ts";
import { startLoop } from "#server/inference/host/loop.ts";

test("when llama.cpp refuses a batch, only the sequence that is at fault fails", async () => {
  const path = join(await mkdtemp(join(tmpdir(), "largeforge-loop-")), "base.gguf");
  await writeFile(path, tinyBase());
  const model = await loadModel({ path, maxThreads: 1, cuda: false });
  const ends = new Map<string, string>();
  const over = Promise.withResolvers<void>();
  const end = (id: string, how: string) => {
    if (ends.set(id, how).size === 3) over.resolve();
  };
  const plan = { contextSize: 64, sequences: 3, maxContexts: 1, batchSize: 64, threads: 1, maxWaiting: 8 };
  const loop = startLoop(model, plan, {
    started: () => {},
    stepped: (_, finished) => {
      for (const { id, finish } of finished) end(id, finish);
    },
    failed: (id, error) => end(id, error.code ?? ""),
  });
  const job = (id: string, tokens: number[]): Job => ({
    ...{ id, adapterPath: null, tokens: Uint32Array.from(tokens), maxTokens: 6, stops: [], topLogprobs: null },
    sampler: { seed: 0, logitBias: [[265, -100] as const, [267, -100] as const] },
  });
  for (const each of [job("first", [1, 2]), job("bad", [999_999]), job("last", [3])]) loop.submit(each);
  await over.promise;
  expect(Object.fromEntries(ends)).toEqual({ first: "length", bad: "engine_failed", last: "length" });
  await loop.close();
  await model.dispose();
});
