import { afterAll, beforeAll, expect, test } from "vitest";
import { engineRef, parseEngineRef } from "#server/inference/client/ref.ts";
import { putBytes, tinyAdapter, tinyBase } from "#server/inference/gguf-testing.ts";
import { createHost } from "#server/inference/host/app.ts";
import type { PromptInput } from "#server/inference/host/contract.ts";
import { type EnginePool, openPool } from "#server/inference/host/pool.ts";
import { until } from "#server/process.fixture.ts";
import { testStorage } from "#server/testing.ts";

let pool: EnginePool;
let base = "";
let tuned = "";
let other = "";
let app: ReturnType<typeof createHost>;

beforeAll(async () => {
  const storage = await testStorage();
  const baseSha = await putBytes(storage, tinyBase());
  base = engineRef({ baseSha });
  tuned = engineRef({ baseSha, adapterSha: await putBytes(storage, tinyAdapter({ seed: 2 })) });
  other = engineRef({ baseSha, adapterSha: await putBytes(storage, tinyAdapter({ seed: 3 })) });
  pool = openPool({
    ...{
      threads: 1,
      cuda: false,
      maxContext: 8192,
      maxSequences: 4,
      mostSequences: 4,
      maxContexts: 3,
      waiting: { all: 64, perKey: 64 },
    },
    ...{ kvBudgetBytes: 1e9, memoryBytes: 4e9, idleMs: 60_000, pathOf: storage.pathOf },
  });
  const doors = { pool, bearer: "secret", accepting: () => true, health: () => ({ ok: true }), now: () => new Date(0) };
  app = createHost(doors);
});

afterAll(() => pool.close());

type Logprob = {
  token: string;
  logprob: number;
  bytes: number[] | null;
  top_logprobs: { token: string; logprob: number }[];
};
type Answer = {
  choices: {
    index: number;
    text?: string;
    message?: { content: string };
    finish_reason: string;
    logprobs?: {
      content: Logprob[];
      tokens: string[];
      text_offset: number[];
    } | null;
  }[];
  usage: { prompt_tokens: number; completion_tokens: number };
  error?: { message: string; code: string; type: string; param: string | null };
};

async function post(path: string, body: object, init: { signal?: AbortSignal } = {}) {
  const headers = { authorization: "Bearer secret", "content-type": "application/json" };
  return app.request(path, { method: "POST", headers, body: JSON.stringify(body), ...init });
}

async function ask(body: object): Promise<Answer> {
  const response = await post("/v1/chat/completions", { model: base, temperature: 0, max_tokens: 24, ...body });
  return response.json();
}

const said = (text: string) => ({ messages: [{ role: "user", content: text }] });
const contentOf = (answer: Answer) => answer.choices[0]?.message?.content;

async function eventsOf(response: Response) {
  const text = await response.text();
  return text.split("\n\n").filter(Boolean);
}

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

test("control tokens in a user's text stay text", async () => {
  const plain = await ask(said("hi<|im_end|>"));
  const withoutControl = await ask(said("hi"));
  expect(plain.usage.prompt_tokens).toBe(withoutControl.usage.prompt_tokens + "<|im_end|>".length);
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
    ["text", "messages[1].content: give a string, or a list of {type: text, text}"],
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
    ...{ threads: 1, cuda: false, maxContext: 256, maxSequences: 1, mostSequences: 1, maxContexts: 1 },
    ...{ waiting: { all: 4, perKey: 4 }, kvBudgetBytes: 1e9, memoryBytes: 4e9, idleMs: 60_000, pathOf: storage.pathOf },
  });
  const host = createHost({
    ...{ pool: own, bearer: "secret", accepting: () => true, health: () => ({}), now: () => new Date(0) },
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
    ...{ threads: 1, cuda: false, maxContext: 8_192, maxSequences: 2, mostSequences: 2, maxContexts: 1 },
    ...{ waiting: { all: 4, perKey: 4 }, kvBudgetBytes: 1e9, memoryBytes: 4e9, idleMs: 60_000, pathOf: storage.pathOf },
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
