import { expect, test } from "vitest";
import type { PromptInput } from "#server/inference/host/contract.ts";
import { certainlyTooLong, promptTooLong, tooLong } from "#server/inference/host/too-long.ts";

const reach = { contextLength: 10, longestTokenBytes: 4 };

test("a text is refused uncounted only when its longest possible tokens could not carry it", () => {
  expect(certainlyTooLong(40, "prompt", reach)).toBeNull();
  expect(certainlyTooLong(41, "prompt", reach)?.message).toContain("your prompt resulted in at least 11 tokens");
  expect(certainlyTooLong(1e9, "prompt", { ...reach, longestTokenBytes: null })).toBeNull();
});

test("letters beyond ASCII count by their bytes", () => {
  const prompt = (text: string): PromptInput => ({ kind: "text", text });
  expect(promptTooLong(prompt("日".repeat(13)), reach)).toBeNull();
  expect(promptTooLong(prompt("日".repeat(14)), reach)).not.toBeNull();
});

test("a prompt of tokens has to leave room for one of the answer", () => {
  const tokens = (length: number): PromptInput => ({ kind: "tokens", tokens: Array.from({ length }, () => 1) });
  expect(promptTooLong(tokens(9), reach)).toBeNull();
  expect(promptTooLong(tokens(10), reach)?.message).toContain("resulted in 10 tokens");
});

test("what assistants said is not counted: a template may leave out what they thought", () => {
  const chat = (role: string): PromptInput => ({
    kind: "chat",
    messages: [{ role, content: "x".repeat(41) }],
    variables: {},
  });
  expect(promptTooLong(chat("assistant"), reach)).toBeNull();
  expect(promptTooLong(chat("user"), reach)).toMatchObject({ message: expect.stringContaining("your messages") });
});

test("the refusal is OpenAI's, so that client libraries know it", () => {
  expect(tooLong("messages", "12", 10).wire).toMatchObject({
    status: 400,
    code: "context_length_exceeded",
    param: "messages",
    message: expect.stringMatching(/^This model's maximum context length is 10 tokens\./),
  });
});
