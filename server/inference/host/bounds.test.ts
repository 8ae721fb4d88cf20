import { afterAll, expect, test } from "vitest";
import { engineRef, parseEngineRef } from "#server/inference/client/ref.ts";
import { putBytes, tinyBase } from "#server/inference/gguf-testing.ts";
import { type Answer, contentOf, eventsOf, openTestHost, said } from "#server/inference/host/app.fixture.ts";
import type { PromptInput } from "#server/inference/host/contract.ts";
import { openPool } from "#server/inference/host/pool.ts";
import { until } from "#server/process.fixture.ts";
import { testStorage } from "#server/testing.ts";

const { pool, base, post, ask } = await openTestHost();
afterAll(() => pool.close());

test("a prompt that does not fit is refused before it is evaluated, in OpenAI's words", async () => {
  const response = await post("/v1/chat/completions", { model: base, ...said("x".repeat(2_000)) });
  expect(response.status).toBe(400);
  const { error }: Answer = await response.json();
  expect(error).toMatchObject({ type: "invalid_request_error", code: "context_length_exceeded", param: "messages" });
  expect(error?.message).toMatch(
    /maximum context length is 256 tokens. However, your messages resulted in 20\d\d tokens/,
  );
});

test("a prompt that fills the context to the last place gets one token", async () => {
  const prompt = "~".repeat(255);
  const response = await post("/v1/completions", { model: base, prompt, max_tokens: 50, temperature: 0 });
  const answer: Answer = await response.json();
  expect(answer.usage).toEqual({ prompt_tokens: 255, completion_tokens: 1, total_tokens: 256 });
});

test("what the engine cannot do is refused by name", async () => {
  for (const [field, value] of Object.entries({
    tools: [{ type: "function" }],
    response_format: { type: "json_object" },
    temperature: 9,
    n: 99,
    tool_choice: "auto",
    parallel_tool_calls: true,
    modalities: ["text", "audio"],
    audio: { voice: "alloy", format: "wav" },
    web_search_options: {},
    top_logprobs: 2,
    stream_options: { include_usage: true },
    reasoning_effort: "low",
    store: true,
    n_predict: 5,
    messages: [{ role: "user", content: "x", weight: 1 }],
  })) {
    const response = await post("/v1/chat/completions", { model: base, ...said("x"), [field]: value });
    expect(response.status).toBe(400);
    const { error }: Answer = await response.json();
    expect(error?.param).toContain(field);
  }
  for (const [type, message] of [
    ["image_url", "messages[1].content: images are not supported by this model: send text only"],
    ["input_audio", "messages[1].content: parts of type input_audio are not supported by this model: send text only"],
  ] as const) {
    const messages = [...said("x").messages, { role: "user", content: [{ type }] }];
    const { error }: Answer = await (await post("/v1/chat/completions", { model: base, messages })).json();
    expect(error).toMatchObject({ message, param: "messages[1].content" });
  }
  const unknown = await post("/v1/chat/completions", { model: engineRef({ baseSha: "0".repeat(64) }), ...said("x") });
  expect(unknown.status).toBe(404);
});

test("what changes nothing is accepted: whole messages sent back, empty lists, a top_p of 0 and an empty suffix", async () => {
  const sentBack = { role: "assistant", content: "hi", refusal: null, annotations: [], tool_calls: null, audio: null };
  const messages = [sentBack, ...said("x").messages];
  const harmless = {
    tools: [],
    tool_choice: null,
    modalities: ["text"],
    store: false,
    service_tier: "auto",
    user: "u",
  };
  const chat = await ask({ messages, ...harmless, metadata: { a: "b" }, temperature: 1, top_p: 0, max_tokens: 4 });
  expect(chat.usage.completion_tokens).toBeGreaterThan(0);
  expect(contentOf(chat)).toBe(contentOf(await ask({ messages, max_tokens: 4 })));
  const text = { model: base, prompt: "a", suffix: "", best_of: 1, echo: false, max_tokens: 2 };
  expect((await post("/v1/completions", text)).status).toBe(200);
});

test("many prompts are answered in one call, n to each, indexed and counted as OpenAI does, whole and streamed", async () => {
  const single = async (prompt: unknown) => {
    const reply = await post("/v1/completions", { model: base, prompt, max_tokens: 6, temperature: 1, seed: 9, n: 2 });
    const answer: Answer = await reply.json();
    return answer;
  };
  const [one, two] = [await single("one"), await single("two more")];
  const both = await single(["one", "two more"]);
  expect(both.choices.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
  expect(both.choices.map(({ text }) => text)).toEqual([...one.choices, ...two.choices].map(({ text }) => text));
  expect(both.usage.prompt_tokens).toBe(one.usage.prompt_tokens + two.usage.prompt_tokens);
  expect(both.usage.completion_tokens).toBe(one.usage.completion_tokens + two.usage.completion_tokens);
  const ids = (text: string) => [...Buffer.from(text)]; // its vocabulary begins with the bytes
  const tokens = await single([ids("one"), ids("!")]);
  expect(tokens.choices.slice(0, 2).map(({ text }) => text)).toEqual(one.choices.map(({ text }) => text));

  const stream = {
    model: base,
    prompt: ["one", "two more"],
    max_tokens: 6,
    temperature: 1,
    seed: 9,
    n: 2,
    stream: true,
  };
  const response = await post("/v1/completions", stream);
  expect(response.headers.get("x-forge-prompt-tokens")).toBe(String(both.usage.prompt_tokens));
  const chunks = (await eventsOf(response)).slice(0, -1).map((event) => JSON.parse(event.slice(6)));
  const texts = ["", "", "", ""];
  for (const { choices } of chunks) for (const { index, text } of choices) texts[index] += text;
  expect(texts).toEqual(both.choices.map(({ text }) => text));
  expect(chunks.at(-1).usage).toEqual(both.usage);

  const tooMany = await post("/v1/completions", { model: base, prompt: Array(65).fill("a"), n: 2 });
  expect(await tooMany.json()).toMatchObject({ error: { param: "prompt", message: expect.stringContaining("128") } });
});

test("a prompt far beyond the context is refused by its bytes, one near it is read beside the loop while others go on", async () => {
  const huge = await post("/v1/chat/completions", { model: base, ...said("x".repeat(7_500_000)) });
  expect(await huge.json()).toMatchObject({
    error: { code: "context_length_exceeded", message: expect.stringContaining("at least") },
  });
  const storage = await testStorage();
  const baseSha = await putBytes(storage, tinyBase({ contextLength: 8_192 }));
  const own = openPool({
    threads: 1,
    cuda: false,
    maxContext: 8_192,
    maxSequences: 2,
    mostSequences: 2,
    maxContexts: 1,
    waiting: { all: 4, perKey: 4 },
    kvBudgetBytes: 1e9,
    memoryBytes: 4e9,
    idleMs: 60_000,
    pathOf: storage.pathOf,
  });
  const { engine, leave } = await own.open(parseEngineRef(engineRef({ baseSha })));
  const generate = (prompt: PromptInput, maxTokens: number) => {
    const heard: string[] = [];
    const ended = Promise.withResolvers<string>();
    const input = { adapterPath: null, prompt, maxTokens, stops: [], sampler: { seed: 0 }, topLogprobs: null };
    engine.generate({ projectId: "p", keyId: "k" }, input, {
      accepted: (tokens) => heard.push(String(tokens)),
      started: () => {},
      delta: () => {},
      done: (finish) => ended.resolve(finish),
      failed: (error) => ended.resolve(error.message),
    });
    return { heard, ended: ended.promise };
  };
  const long = generate({ kind: "text", text: "user".repeat(4_200) }, 1);
  const short = generate({ kind: "text", text: "hello" }, 4);
  expect(await short.ended).toBe("length");
  expect(await long.ended).toBe("length");
  const tokens = (await engine.render("user".repeat(4_200))).tokens.length;
  expect(long.heard).toEqual([String(tokens)]);
  const over = await generate({ kind: "text", text: "ab".repeat(10_000) }, 1).ended;
  expect(over).toContain("your prompt resulted in 20000 tokens");
  leave();
  await own.close();
});

test("a token id that the model does not have is refused by its place and disturbs nobody else", async () => {
  const quiet = { model: base, prompt: "hello", max_tokens: 200, temperature: 0, logit_bias: { 265: -100, 267: -100 } };
  const others = [1, 2].map(() => post("/v1/completions", quiet));
  for (const [change, param] of [
    [{ prompt: [1, 268] }, "prompt[1]"],
    [{ prompt: [4_294_967_297] }, "prompt[0]"],
    [{ logit_bias: { 268: 1 } }, "logit_bias.268"],
  ] as const) {
    const response = await post("/v1/completions", { ...quiet, ...change });
    expect(response.status).toBe(400);
    const { error }: Answer = await response.json();
    expect(error).toMatchObject({ type: "invalid_request_error", param, message: expect.stringContaining("0 to 267") });
  }
  for (const other of await Promise.all(others)) expect(other.status).toBe(200);
  expect((await post("/v1/completions", { ...quiet, prompt: [267, 0], max_tokens: 1 })).status).toBe(200);
});

test("a client that goes away frees its place at once", async () => {
  const gone = new AbortController();
  const response = await post(
    "/v1/completions",
    { model: base, prompt: "a", max_tokens: 250, temperature: 0, stream: true, logit_bias: { 267: -100, 265: -100 } },
    { signal: gone.signal },
  );
  const reader = response.body?.getReader();
  await reader?.read();
  gone.abort();
  await reader?.cancel();
  await ask(said("x"));
  const idle = await until(async () => {
    const beat = pool.loaded()[0]?.beat;
    return beat?.live === 0 && beat;
  });
  expect(idle.queued).toBe(0);
});
