import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tinyBase } from "#server/inference/gguf-testing.ts";
import { loadModel } from "#server/inference/host/addon.ts";
import type { Job } from "#server/inference/host/generation.ts";
import { startLoop } from "#server/inference/host/loop.ts";
import { until } from "#server/process.fixture.ts";

const silentEnds = { seed: 0, logitBias: [[265, -100] as const, [267, -100] as const] };

function jobOf(id: string, keyId: string, tokens: readonly number[], maxTokens: number): Job {
  const caller = { projectId: "p", keyId };
  const shape = { adapterPath: null, stops: [], topLogprobs: null, textOffset: 0, sampler: silentEnds };
  return { id, caller, tokens: Uint32Array.from(tokens), maxTokens, ...shape };
}

/** The decode loop on a tiny model; `ends` tells how each job ended, in that order, `said` what it said, `turns` whose token was which. */
async function startTinyLoop(change: { sequences: number; contextSize: number }) {
  const path = join(await mkdtemp(join(tmpdir(), "largeforge-loop-")), "base.gguf");
  await writeFile(path, tinyBase({ contextLength: 512 }));
  const model = await loadModel({ path, maxThreads: 1, cuda: false });
  const ends = new Map<string, string>();
  const said = new Map<string, number[]>();
  const turns: string[] = [];
  const plan = { maxContexts: 1, batchSize: 64, threads: 1, waiting: { all: 32, perKey: 32 }, ...change };
  const loop = startLoop(model, plan, {
    accepted: () => {},
    started: () => {},
    stepped: (deltas, finished) => {
      for (const { id, token } of deltas) {
        said.set(id, [...(said.get(id) ?? []), token]);
        turns.push(id);
      }
      for (const { id, finish } of finished) ends.set(id, finish);
    },
    failed: (id, error) => ends.set(id, error.code ?? ""),
  });
  const stop = async () => {
    await loop.close();
    await model.dispose();
  };
  return { loop, ends, said, turns, stop };
}

test("when llama.cpp refuses a batch, only the sequence that is at fault fails", async () => {
  const { loop, ends, stop } = await startTinyLoop({ sequences: 3, contextSize: 64 });
  const bad = jobOf("bad", "k", [999_999], 6);
  for (const each of [jobOf("first", "k", [1, 2], 6), bad, jobOf("last", "k", [3], 6)]) loop.submit(each);
  await until(async () => ends.size === 3);
  expect(Object.fromEntries(ends)).toEqual({ first: "length", bad: "engine_failed", last: "length" });
  await stop();
});

test("a key that holds every place gives one to another key at once, and its answer goes on as if nothing had been", async () => {
  const { loop, ends, said, stop } = await startTinyLoop({ sequences: 2, contextSize: 512 });
  const long = (id: string) => jobOf(id, "flood", [1, 2, 3], 300);
  loop.submit(long("alone"));
  await until(async () => ends.has("alone"));
  for (const id of ["flood 1", "flood 2", "flood 3"]) loop.submit(long(id));
  await until(async () => (said.get("flood 2")?.length ?? 0) > 20);
  loop.submit(jobOf("other", "quiet", [4, 5], 5));
  await until(async () => ends.size === 5);
  const order = [...ends.keys()];
  expect(order.slice(0, 2)).toEqual(["alone", "other"]);
  expect(order.slice(2).sort()).toEqual(["flood 1", "flood 2", "flood 3"]);
  for (const id of order.slice(2)) expect(said.get(id)).toEqual(said.get("alone"));
  await stop();
});

test("of two keys with endless work, neither is served more than the other, however many requests one sends", async () => {
  const { loop, ends, turns, stop } = await startTinyLoop({ sequences: 16, contextSize: 512 });
  for (let i = 0; i < 30; i++) loop.submit(jobOf(`flood ${i}`, "flood", [1, 2, 3], 400));
  const few = Array.from({ length: 8 }, (_, i) => `few ${i}`);
  for (const id of few) loop.submit(jobOf(id, "few", [4, 5], 100));
  await until(async () => few.every((id) => ends.has(id)));
  const whileBoth = turns.slice(
    0,
    turns.findLastIndex((id) => id.startsWith("few")),
  ); // the flood goes on alone after it
  const floods = whileBoth.filter((id) => id.startsWith("flood")).length;
  expect(floods).toBeGreaterThan(800 * 0.8); // nor is a place left empty
  expect(floods).toBeLessThan(800 * 1.3);
  for (let i = 0; i < 30; i++) loop.abort(`flood ${i}`);
  await stop();
});
