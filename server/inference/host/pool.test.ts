import { afterEach, expect, test } from "vitest";
import { engineRef, parseEngineRef } from "#server/inference/client/ref.ts";
import { putBytes, tinyAdapter, tinyBase } from "#server/inference/gguf-testing.ts";
import { testPoolSettings } from "#server/inference/host/app.fixture.ts";
import { createHost } from "#server/inference/host/app.ts";
import { type EnginePool, openPool, type PoolSettings } from "#server/inference/host/pool.ts";
import type { Probe } from "#server/inference/host/probe.rule.ts";
import { until } from "#server/process.fixture.ts";
import { testStorage } from "#server/testing.ts";

const pools: EnginePool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
});

async function host(change: Partial<PoolSettings> = {}) {
  const storage = await testStorage();
  const pool = openPool({ ...testPoolSettings(storage.pathOf), ...change });
  pools.push(pool);
  const app = createHost({
    pool,
    bearer: "s",
    accepting: () => true,
    health: () => ({}),
    now: () => new Date(0),
  });
  const post = (path: string, body: object, caller: Record<string, string> = {}) =>
    app.request(path, {
      method: "POST",
      headers: { authorization: "Bearer s", ...caller },
      body: JSON.stringify(body),
    });
  return { storage, pool, post };
}

/** Ask the engine itself for what a trainer would have recorded. */
async function recordOf(pool: EnginePool, ref: string, prompts: string[]): Promise<Probe> {
  const { engine, adapterPath, leave } = await pool.open(parseEngineRef(ref));
  const greedy = (path: string | null, tokens: number[]) =>
    new Promise<number[]>((resolve, reject) => {
      const out: number[] = [];
      const input = { adapterPath: path, prompt: { kind: "tokens" as const, tokens }, maxTokens: 12 };
      engine.generate(
        { projectId: "p", keyId: "k" },
        { ...input, stops: [], sampler: { seed: 0 }, topLogprobs: null },
        {
          accepted: () => {},
          started: () => {},
          delta: ({ token }) => out.push(token),
          done: () => resolve(out),
          failed: (error) => reject(new Error(error.message)),
        },
      );
    });
  const record: Probe = { v: 1, maxTokens: 12, prompts: [] };
  for (const content of prompts) {
    const messages = [{ role: "user", content }];
    const { text, tokens } = await engine.render(messages);
    const say = async (path: string | null) => {
      const said = await greedy(path, tokens);
      return { tokens: said, margins: said.map(() => 1), text: "" };
    };
    record.prompts.push({
      messages,
      promptText: text,
      promptTokenIds: tokens,
      adapted: await say(adapterPath),
      base: await say(null),
    });
  }
  leave();
  return record;
}

test("an adapter that answers as its trainer recorded is accepted and kept", async () => {
  const { storage, pool, post } = await host();
  const baseSha = await putBytes(storage, tinyBase());
  const adapterSha = await putBytes(storage, tinyAdapter());
  const record = await recordOf(pool, engineRef({ baseSha, adapterSha }), ["hello", "what is this"]);
  const probeSha = await putBytes(storage, Buffer.from(JSON.stringify(record)));
  const response = await post("/load", { ref: engineRef({ baseSha, adapterSha, probeSha }) });
  expect(await response.json()).toMatchObject({
    status: "ready",
    info: { contextLength: 256, sequences: 4, chat: true },
    probe: { accepted: true, reason: null, prompts: 2, agreedTokens: 24, conclusive: 2, effect: "tokens" },
  });
  expect(pool.loaded()).toMatchObject([{ state: "ready", pinned: true }]);
});

test("an adapter that does not answer as recorded is never served", async () => {
  const { storage, pool, post } = await host();
  const baseSha = await putBytes(storage, tinyBase());
  const trained = await putBytes(storage, tinyAdapter({ seed: 2 }));
  const wrong = await putBytes(storage, tinyAdapter({ seed: 9 }));
  const record = await recordOf(pool, engineRef({ baseSha, adapterSha: trained }), ["hello"]);
  const probeSha = await putBytes(storage, Buffer.from(JSON.stringify(record)));
  const ref = engineRef({ baseSha, adapterSha: wrong, probeSha });
  const load = await post("/load", { ref });
  expect(load.status).toBe(503);
  expect(await load.json()).toMatchObject({ error: { code: "probe_failed" } });
  const chat = await post("/v1/chat/completions", { model: ref, messages: [{ role: "user", content: "x" }] });
  expect(await chat.json()).toMatchObject({ error: { code: "probe_failed" } });
});

test("an adapter without effect is refused with that reason", async () => {
  const { storage, pool, post } = await host();
  const baseSha = await putBytes(storage, tinyBase());
  const adapterSha = await putBytes(storage, tinyAdapter({ scale: 0 }));
  const record = await recordOf(pool, engineRef({ baseSha, adapterSha }), ["hello"]);
  const probeSha = await putBytes(storage, Buffer.from(JSON.stringify(record)));
  const load = await post("/load", { ref: engineRef({ baseSha, adapterSha, probeSha }) });
  expect(await load.json()).toMatchObject({ error: { message: expect.stringContaining("changes nothing") } });
});

test("a record without prompts still asks for an effect, and plain-text prompts are proved too", async () => {
  const { storage, pool, post } = await host();
  const baseSha = await putBytes(storage, tinyBase());
  const adapterSha = await putBytes(storage, tinyAdapter());
  const load = async (record: Probe, sha = adapterSha) => {
    const probeSha = await putBytes(storage, Buffer.from(JSON.stringify(record)));
    return (await post("/load", { ref: engineRef({ baseSha, adapterSha: sha, probeSha }) })).json();
  };
  const empty: Probe = { v: 1, maxTokens: 8, prompts: [] };
  expect(await load(empty)).toMatchObject({ probe: { accepted: true, prompts: 0, effect: "tokens" } });
  const idle = await putBytes(storage, tinyAdapter({ scale: 0 }));
  expect(await load(empty, idle)).toMatchObject({ error: { code: "probe_failed" } });
  const record = await recordOf(pool, engineRef({ baseSha, adapterSha }), ["hello"]);
  const prompts = record.prompts.map((prompt) => ({
    ...prompt,
    messages: null,
    promptText: "plain",
    promptTokenIds: [],
  }));
  expect(await load({ ...record, prompts })).toMatchObject({ error: { message: expect.stringContaining("empty") } });
});

test("recorded prompts that are longer than the host's context are left out of the proof", async () => {
  const { storage, pool } = await host();
  const baseSha = await putBytes(storage, tinyBase());
  const adapterSha = await putBytes(storage, tinyAdapter());
  const long = "x".repeat(100);
  const small = await host({ maxContext: 64, pathOf: storage.pathOf });
  const load = async (sha: string, prompts: string[]) => {
    const record = await recordOf(pool, engineRef({ baseSha, adapterSha: sha }), prompts);
    const probeSha = await putBytes(storage, Buffer.from(JSON.stringify(record)));
    return (await small.post("/load", { ref: engineRef({ baseSha, adapterSha: sha, probeSha }) })).json();
  };
  expect(await load(adapterSha, [long, "hello"])).toMatchObject({
    info: { contextLength: 64 },
    probe: { accepted: true, prompts: 1, agreedTokens: 12, conclusive: 1 },
  });
  expect(await load(adapterSha, [long])).toMatchObject({ probe: { accepted: true, prompts: 0, effect: "tokens" } });
  const idle = await putBytes(storage, tinyAdapter({ scale: 0 }));
  expect(await load(idle, [long])).toMatchObject({ error: { code: "probe_failed" } });
});

test("a template other than the trainer's is found out", async () => {
  const { storage, pool, post } = await host();
  const adapterSha = await putBytes(storage, tinyAdapter());
  const trainedOn = await putBytes(storage, tinyBase());
  const record = await recordOf(pool, engineRef({ baseSha: trainedOn, adapterSha }), ["hello"]);
  const probeSha = await putBytes(storage, Buffer.from(JSON.stringify(record)));
  const served = await putBytes(storage, tinyBase({ chatTemplate: "{{ messages[0]['content'] }}" }));
  const load = await post("/load", { ref: engineRef({ baseSha: served, adapterSha, probeSha }) });
  expect(await load.json()).toMatchObject({ error: { message: expect.stringContaining("rendered differently") } });
});

test("a killed child ends live streams with an error event, and the model comes back", async () => {
  const { storage, pool, post } = await host();
  const model = engineRef({ baseSha: await putBytes(storage, tinyBase({ contextLength: 4096 })) });
  const endless = { model, prompt: "a", max_tokens: 4_000, temperature: 0, logit_bias: { 265: -100, 267: -100 } };
  const response = await post("/v1/completions", { ...endless, stream: true });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = (await reader?.read())?.value ?? "";
  const pid = pool.loaded()[0]?.pid ?? 0;
  process.kill(pid, "SIGKILL");
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) text += part.value;
  const events = text.split("\n\n").filter(Boolean);
  expect(JSON.parse(events.at(-1)?.slice(6) ?? "")).toMatchObject({ error: { type: "server_error" } });
  expect(text).not.toContain("[DONE]");
  const again = await post("/v1/completions", { ...endless, max_tokens: 5 });
  expect(again.status).toBe(200);
  expect(pool.loaded()[0]).toMatchObject({ state: "ready", failures: 1 });
  expect(pool.loaded()[0]?.pid).not.toBe(pid);
});

test("a file that is not usable is refused with its reason, and is not tried again at once", async () => {
  const { storage, pool, post } = await host();
  const broken = await putBytes(storage, tinyBase().subarray(0, 20_000));
  const ask = async (baseSha: string) => (await post("/load", { ref: engineRef({ baseSha }) })).json();
  expect(await ask(broken)).toMatchObject({ error: { message: expect.stringContaining("truncated?") } });
  expect(await ask(broken)).toMatchObject({ error: { code: "model_unloadable" } });
  const adapter = await putBytes(storage, tinyAdapter());
  expect(await ask(adapter)).toMatchObject({ error: { message: expect.stringContaining("is an adapter") } });
  const nan = tinyBase();
  nan.fill(0xff, nan.length - 64);
  expect(await ask(await putBytes(storage, nan))).toMatchObject({
    error: { message: expect.stringContaining("llama.cpp could not load") },
  });
  expect(pool.loaded()).toEqual([]);
});

test("an idle base makes room for the next one; a pinned one does not", async () => {
  const { storage, pool, post } = await host({ memoryBytes: 200 * 1024 * 1024, kvBudgetBytes: 1024 * 1024 });
  const first = engineRef({ baseSha: await putBytes(storage, tinyBase({ seed: 1 })) });
  const second = engineRef({ baseSha: await putBytes(storage, tinyBase({ seed: 2 })) });
  const ask = (model: string) => post("/v1/completions", { model, prompt: "a", max_tokens: 2 });
  expect((await ask(first)).status).toBe(200);
  expect((await ask(second)).status).toBe(200);
  expect(pool.loaded().map(({ baseSha }) => `base:${baseSha}`)).toEqual([second]);
  await post("/load", { ref: second });
  const refused = await ask(first);
  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("1");
  expect(await refused.json()).toMatchObject({ error: { code: "overloaded" } });
});

test("what two replicas hold stays until the second lets go, over a crash too", async () => {
  const { storage, pool } = await host();
  const ref = parseEngineRef(engineRef({ baseSha: await putBytes(storage, tinyBase()) }));
  await pool.load(ref, "replica_a");
  await pool.load(ref, "replica_b");
  process.kill(pool.loaded()[0]?.pid ?? 0, "SIGKILL");
  await until(async () => pool.loaded()[0]?.failures === 1 && pool.isReady(ref));
  await pool.unload("replica_a");
  expect(pool.loaded()).toMatchObject([{ pinned: true, state: "ready" }]);
  await pool.unload("replica_b");
  expect(pool.loaded()).toEqual([]);
});

test("a key that floods is told 429 and when to come back, another key finds a place, and only a list full of others is 503", async () => {
  const { storage, pool, post } = await host({ maxSequences: 1, mostSequences: 1, waiting: { all: 4, perKey: 3 } });
  const model = engineRef({ baseSha: await putBytes(storage, tinyBase({ contextLength: 2048 })) });
  const endless = { model, prompt: "a", temperature: 0, logit_bias: { 265: -100, 267: -100 } };
  const ask = (key: string, max_tokens: number) =>
    post("/v1/completions", { ...endless, max_tokens }, { "x-forge-project-id": "p", "x-forge-key-id": key });
  const beat = () => pool.loaded()[0]?.beat;
  const running = ask("flood", 2_000);
  await until(async () => beat()?.live === 1);
  const flood = Array.from({ length: 5 }, () => ask("flood", 4));
  const refused = await Promise.race(flood);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  expect(await refused.json()).toMatchObject({ error: { type: "rate_limit_error", code: "rate_limit_exceeded" } });
  const others = ["a", "b", "c", "d", "e"].map((key) => ask(key, 4));
  const statuses = (await Promise.all(others)).map((answer) => answer.status);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(3);
  expect(statuses.every((status) => status === 200 || status === 503)).toBe(true);
  expect((await running).status).toBe(200);
  const floods = (await Promise.all(flood)).map((answer) => answer.status);
  expect(floods.filter((status) => status === 429).length).toBeGreaterThanOrEqual(2);
});

test("more adapters than their caches have room for all get their turn, and the whole budget is counted", async () => {
  const kvBudgetBytes = 300 * 1024; // 64 KiB a conversation
  const { storage, pool, post } = await host({ maxContexts: 9, kvBudgetBytes });
  const baseSha = await putBytes(storage, tinyBase());
  const refs: string[] = [engineRef({ baseSha })];
  for (let seed = 2; seed < 7; seed++) {
    refs.push(engineRef({ baseSha, adapterSha: await putBytes(storage, tinyAdapter({ seed })) }));
  }
  const ask = async (model: string) => {
    const response = await post("/v1/completions", { model, prompt: "hello", max_tokens: 40, temperature: 0 });
    const answer: { choices: { text: string }[] } = await response.json();
    return answer.choices[0]?.text;
  };
  const together = await Promise.all([...refs, ...refs].map(ask));
  expect(together.slice(0, refs.length)).toEqual(together.slice(refs.length));
  expect(new Set(together).size).toBe(refs.length);
  const [loaded] = pool.loaded();
  expect(loaded?.info).toMatchObject({ contextLength: 256, sequences: 2, contexts: 2 });
  const weights = tinyBase().length + 160 * 1024 * 1024;
  expect(loaded?.memoryBytes).toBe(weights + 256 * 1024);
  await until(async () => pool.loaded()[0]?.beat?.contexts === 2);
});
