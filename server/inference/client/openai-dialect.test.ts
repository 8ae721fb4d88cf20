import { expect, test } from "vitest";
import { openAiDialect } from "#server/inference/client/openai-dialect.ts";
import type { Ask } from "#server/inference/client/target.ts";

const asked = (askedModel: string, includeUsage = false): Ask => ({
  endpoint: "/v1/chat/completions",
  body: { model: askedModel, messages: [] },
  model: "base:ab",
  askedModel,
  stream: true,
  includeUsage,
});
const readChunk = (text: string, model: string, includeUsage: boolean) =>
  openAiDialect.readChunk(asked(model, includeUsage))(text);
const readReply = (text: string, model: string) => openAiDialect.readReply(text, asked(model));

const chunk = (value: object) =>
  JSON.stringify({ id: "c1", object: "chat.completion.chunk", model: "base:ab", ...value });
const delta = (content: string, finish: string | null = null) =>
  chunk({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] });
const usage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };

test("a chunk goes on under the caller's name and says whether it holds content", () => {
  const read = readChunk(delta("Hi"), "support", false);
  expect(JSON.parse(read.send[0] ?? "")).toEqual({ ...JSON.parse(delta("Hi")), model: "support" });
  expect(read).toMatchObject({ content: [0], finishReason: null, usage: null, error: null });
  expect(readChunk(delta(""), "support", false).content).toEqual([]);
  expect(readChunk(delta("", "stop"), "support", false).finishReason).toBe("stop");
  expect(readChunk(chunk({ choices: [{ index: 0, text: "x" }] }), "support", false).content).toEqual([0]);
  const tool = chunk({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0 }] } }] });
  expect(readChunk(tool, "support", false).content).toEqual([0]);
});

test("usage reaches only callers who asked, in a last chunk with empty choices, and null before it", () => {
  const last = chunk({ choices: [], usage });
  expect(readChunk(last, "support", false)).toMatchObject({
    send: [],
    usage: { promptTokens: 7, completionTokens: 3 },
  });
  expect(JSON.parse(readChunk(last, "support", true).send[0] ?? "")).toMatchObject({ choices: [], usage });
  expect(JSON.parse(readChunk(delta("Hi"), "support", true).send[0] ?? "").usage).toBeNull();
  const both = chunk({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage });
  const split = readChunk(both, "support", true).send.map((text) => JSON.parse(text));
  expect(split.map((sent) => [sent.choices.length, sent.usage])).toEqual([
    [1, null],
    [0, usage],
  ]);
  const silent = readChunk(both, "support", false).send.map((text) => JSON.parse(text));
  expect(silent).toHaveLength(1);
  expect("usage" in silent[0]).toBe(false);
});

test("an error event is read as an error, not as a chunk", () => {
  const read = readChunk('{"error":{"message":"gone","type":"server_error","code":"engine_lost"}}', "support", true);
  expect(read).toMatchObject({ send: [], error: { message: "gone", type: "server_error", code: "engine_lost" } });
});

test("a whole reply is renamed and read; what is no answer throws", () => {
  const reply = readReply(chunk({ choices: [{ finish_reason: "length" }], usage }), "support");
  expect(JSON.parse(reply.body).model).toBe("support");
  expect(reply).toMatchObject({ finishReason: "length", usage: { promptTokens: 7, completionTokens: 3 } });
  for (const text of ["", "null", "[]", "<html>", "{}", '{"choices":{}}'])
    expect(() => readReply(text, "support")).toThrow();
});

test("nonsense usage is not measured rather than zero", () => {
  for (const bad of [null, {}, { prompt_tokens: "7" }, { prompt_tokens: -1 }, { prompt_tokens: 1.5 }])
    expect(readReply(chunk({ choices: [], usage: bad }), "x").usage).toBeNull();
});

test("a stream is over when it says so", () => {
  expect(readChunk("[DONE]", "support", false)).toMatchObject({ done: true, send: [] });
  expect(readChunk(delta("[DONE]"), "support", false).done).toBe(false);
});

test("a call goes out as its caller wrote it, under the target's name and with the usage of a stream", () => {
  const body = { model: "support", messages: [], stream: true, seed: 7, unheard_of: { a: 1 } };
  const { path, body: sent } = openAiDialect.encode({ ...asked("support"), body });
  expect(path).toBe("/v1/chat/completions");
  expect(JSON.parse(sent)).toEqual({ ...body, model: "base:ab", stream_options: { include_usage: true } });
});

test("a refusal is OpenAI's already; what is none is named by its status", () => {
  const error = {
    message: "too long",
    type: "invalid_request_error",
    code: "context_length_exceeded",
    param: "messages",
  };
  const refused = { status: 400, retryAfter: null, text: JSON.stringify({ error }) };
  expect(openAiDialect.classify(refused, asked("x"))).toEqual({ status: 400, error, retryAfterSeconds: null });
  expect(openAiDialect.classify({ status: 503, retryAfter: "1.2", text: "<html>" }, asked("x"))).toMatchObject({
    status: 503,
    error: { message: "the target answered 503", code: null },
    retryAfterSeconds: 2,
  });
});
