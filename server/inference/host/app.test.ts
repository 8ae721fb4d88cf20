import { afterAll, expect, test } from "vitest";
import { engineRef } from "#server/inference/client/ref.ts";
import { putBytes, tinyBase } from "#server/inference/gguf-testing.ts";
import { type Answer, contentOf, eventsOf, openTestHost, said } from "#server/inference/host/app.fixture.ts";
import { createHost } from "#server/inference/host/app.ts";
import { openPool } from "#server/inference/host/pool.ts";
import { testStorage } from "#server/testing.ts";

const { pool, app, base, tuned, other, post, ask } = await openTestHost();
afterAll(() => pool.close());

test("a stranger is not answered", async () => {
  const response = await app.request("/loaded");
  expect(response.status).toBe(401);
});

test("greedy answers made in one batch equal the same answers made alone, under every adapter", async () => {
  const wanted = [base, tuned, other].flatMap((model) =>
    ["one", "two hello", "three"].map((text) => ({ model, text })),
  );
  const alone: (string | undefined)[] = [];
  for (const { model, text } of wanted) alone.push(contentOf(await ask({ model, ...said(text) })));
  const together = await Promise.all(wanted.map(({ model, text }) => ask({ model, ...said(text) })));
  expect(together.map(contentOf)).toEqual(alone);
  expect(new Set(alone).size).toBeGreaterThan(6);
});

test("an adapter changes the answer, and the base stays as it was", async () => {
  const before = contentOf(await ask(said("hello")));
  expect(contentOf(await ask({ model: tuned, ...said("hello") }))).not.toBe(before);
  expect(contentOf(await ask(said("hello")))).toBe(before);
});

test("a stream says the same as one body, in OpenAI's chunks, with the usage in the last one", async () => {
  const whole = await ask(said("hello"));
  const response = await post("/v1/chat/completions", {
    model: base,
    temperature: 0,
    max_tokens: 24,
    stream: true,
    ...said("hello"),
  });
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  expect(Number(response.headers.get("x-forge-queue-ms"))).toBeGreaterThanOrEqual(0);
  expect(response.headers.get("x-forge-prompt-tokens")).toBe(String(whole.usage.prompt_tokens));
  const events = await eventsOf(response);
  expect(events.at(-1)).toBe("data: [DONE]");
  const chunks = events.slice(0, -1).map((event) => JSON.parse(event.slice(6)));
  expect(chunks[0].choices[0].delta.role).toBe("assistant");
  const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("");
  expect(text).toBe(contentOf(whole));
  expect(chunks.at(-1)).toMatchObject({ choices: [], usage: whole.usage });
  expect(chunks.at(-2).choices[0].finish_reason).toBe(whole.choices[0]?.finish_reason);
});

test("a stop string ends the answer and is not shown", async () => {
  const full = contentOf(await ask(said("hello"))) ?? "";
  const stop = full.slice(6, 9);
  const cut = await ask({ ...said("hello"), stop });
  expect(contentOf(cut)).toBe(full.slice(0, full.indexOf(stop)));
  expect(cut.choices[0]?.finish_reason).toBe("stop");
});

test("the same seed draws the same answer, another seed another one", async () => {
  const draw = async (seed: number) => contentOf(await ask({ ...said("hello"), temperature: 1, seed }));
  expect(await draw(7)).toBe(await draw(7));
  expect(await draw(7)).not.toBe(await draw(8));
});

test("n choices are drawn with their own seeds", async () => {
  const many = await ask({ ...said("hello"), temperature: 1, seed: 7, n: 3 });
  expect(new Set(many.choices.map((choice) => choice.message?.content)).size).toBe(3);
  expect(many.choices[0]?.message?.content).toBe(contentOf(await ask({ ...said("hello"), temperature: 1, seed: 7 })));
});

test("max_tokens is kept and said to be the reason", async () => {
  const answer = await ask({ ...said("hello"), max_tokens: 3 });
  expect(answer.usage.completion_tokens).toBe(3);
  expect(answer.choices[0]?.finish_reason).toBe("length");
});

test("log-probabilities come with every token, the likeliest first", async () => {
  const answer = await ask({ ...said("hello"), max_tokens: 4, logprobs: true, top_logprobs: 2 });
  const tokens = answer.choices[0]?.logprobs?.content ?? [];
  expect(tokens).toHaveLength(4);
  for (const token of tokens) {
    expect(token.top_logprobs).toHaveLength(2);
    expect(token.logprob).toBeCloseTo(token.top_logprobs[0]?.logprob ?? 0, 5);
    expect(token.logprob).toBeLessThan(0);
  }
});

test("a logit bias forbids or forces a token", async () => {
  const forced = await ask({ ...said("hello"), max_tokens: 3, logit_bias: { 65: 100 } });
  expect(contentOf(forced)).toHaveLength(3);
  expect(new Set(contentOf(forced)).size).toBe(1);
});

test("control tokens in a user's text stay text", async () => {
  const plain = await ask(said("hi<|im_end|>"));
  const withoutControl = await ask(said("hi"));
  expect(plain.usage.prompt_tokens).toBe(withoutControl.usage.prompt_tokens + "<|im_end|>".length);
});

test("top_k and min_p narrow what is drawn from, and repeat_penalty drives an answer away from its own words", async () => {
  const greedy = contentOf(await ask(said("hello")));
  const drawn = { ...said("hello"), temperature: 2, seed: 3 };
  expect(contentOf(await ask(drawn))).not.toBe(greedy);
  expect(contentOf(await ask({ ...drawn, top_k: 1 }))).toBe(greedy);
  expect(contentOf(await ask({ ...drawn, min_p: 1 }))).toBe(greedy);
  const distinct = async (repeat_penalty: number) =>
    new Set(contentOf(await ask({ ...said("hello"), logit_bias: { 65: 5 }, repeat_penalty }))).size;
  expect(await distinct(10)).toBeGreaterThan(await distinct(1));
});

test("a chat template is told what chat_template_kwargs says, and nothing of it can become a control token", async () => {
  const thinking =
    "{% if enable_thinking is defined and not enable_thinking %}quiet{% endif %}{{ mood }}{{ messages[0].content }}";
  const storage = await testStorage();
  const baseSha = await putBytes(storage, tinyBase({ chatTemplate: thinking }));
  const own = openPool({
    threads: 1,
    cuda: false,
    maxContext: 256,
    maxSequences: 1,
    mostSequences: 1,
    maxContexts: 1,
    waiting: { all: 4, perKey: 4 },
    kvBudgetBytes: 1e9,
    memoryBytes: 4e9,
    idleMs: 60_000,
    pathOf: storage.pathOf,
  });
  const host = createHost({
    pool: own,
    bearer: "secret",
    accepting: () => true,
    health: () => ({}),
    now: () => new Date(0),
  });
  const tokensWith = async (chat_template_kwargs: object) => {
    const body = { model: engineRef({ baseSha }), max_tokens: 1, ...said("x"), chat_template_kwargs };
    const headers = { authorization: "Bearer secret" };
    const response = await host.request("/v1/chat/completions", {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    const answer: Answer = await response.json();
    return answer.error?.param ?? answer.usage.prompt_tokens;
  };
  expect(await tokensWith({})).toBe(1);
  expect(await tokensWith({ enable_thinking: true })).toBe(1);
  expect(await tokensWith({ enable_thinking: false })).toBe(1 + "quiet".length);
  expect(await tokensWith({ mood: "<|im_end|>" })).toBe(1 + "<|im_end|>".length);
  expect(await tokensWith({ messages: "x" })).toBe("chat_template_kwargs");
  expect(await tokensWith({ mood: { deep: 1 } })).toBe("chat_template_kwargs.mood");
  await own.close();
});

test("the bytes of an answer's log-probabilities are its text, also where a token is part of a character", async () => {
  const body = { ...said("hello"), temperature: 1, seed: 5, max_tokens: 40, logprobs: true, top_logprobs: 3 };
  for (const change of [{}, { logit_bias: { 162: 8, 95: 8, 96: 8 } }, { stop: ["a", "e"] }]) {
    const answer = await ask({ ...body, ...change });
    const tokens = answer.choices[0]?.logprobs?.content ?? [];
    const text = contentOf(answer) ?? "";
    const bytes = tokens.flatMap((token) => token.bytes ?? [Number.NaN]);
    if (!("stop" in change)) expect(new TextDecoder().decode(Uint8Array.from(bytes))).toBe(text);
    expect(Buffer.from(bytes).toString().startsWith(text)).toBe(true);
    for (const { token, bytes: own } of tokens)
      if (token.startsWith("\\x")) expect(token).toBe((own ?? []).map((byte) => `\\x${byte.toString(16)}`).join(""));
    expect(tokens.flatMap(({ top_logprobs: top }) => top).every((top) => !top.token.includes("\uFFFD"))).toBe(true);
  }
});

test("a completion's text_offset counts from the prompt's beginning, in characters, whole and streamed", async () => {
  const body = { model: base, prompt: "né😀", temperature: 1, seed: 4, max_tokens: 30, logprobs: 2 };
  const whole: Answer = await (await post("/v1/completions", body)).json();
  const { tokens = [], text_offset: offsets = [] } = whole.choices[0]?.logprobs ?? {};
  const all = [...`né😀${whole.choices[0]?.text}`];
  expect(offsets[0]).toBe(3);
  expect(offsets).toHaveLength(30);
  for (const [i, token] of tokens.entries())
    if (!token.startsWith("bytes:") && !token.startsWith("<|"))
      expect(all.slice(offsets[i]).join("").startsWith(token)).toBe(true);
  const events = await eventsOf(await post("/v1/completions", { ...body, stream: true }));
  const chunks = events.slice(0, -1).map((event) => JSON.parse(event.slice(6)));
  expect(chunks.flatMap((chunk) => chunk.choices[0]?.logprobs?.text_offset ?? [])).toEqual(offsets);
});
