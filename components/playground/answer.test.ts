import { expect, test } from "vitest";
import { applyEvent, emptyAnswer } from "#components/playground/answer.ts";
import { tokensPerSecond } from "#components/playground/answer-view.tsx";
import { eventReader } from "#components/playground/ask.ts";
import { emptyDraft, mistakeOf } from "#components/playground/panes.ts";
import { CompletionBody } from "#server/inference/client/input.ts";

const stream = [
  `data: {"choices":[{"delta":{"role":"assistant"}}]}`,
  `data: {"choices":[{"delta":{"content":"Hé"}}]}`,
  `data: {"choices":[{"delta":{"content":"llo"},"finish_reason":"stop"}]}`,
  `data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}`,
  `: forge-timings {"ttftMs":20,"itlP50Ms":5,"itlP95Ms":6,"totalMs":30,"queueMs":1}`,
  `data: [DONE]`,
];

function play(text: string, pieceLength: number) {
  const read = eventReader();
  let answer = emptyAnswer("nano");
  for (let at = 0; at < text.length; at += pieceLength)
    for (const part of read(text.slice(at, at + pieceLength))) answer = applyEvent(answer, part.kind, part.text);
  return answer;
}

test("an answer is the same however the network cuts its stream", () => {
  const text = stream.map((line) => `${line}\n\n`).join("");
  for (const length of [1, 2, 7, 64, 10_000]) {
    const answer = play(text, length);
    expect(answer).toMatchObject({
      text: "Héllo",
      state: "done",
      finishReason: "stop",
      promptTokens: 7,
      outputTokens: 3,
    });
    expect(answer.times?.ttftMs).toBe(20);
  }
  expect(play(text.replaceAll("\n", "\r\n"), 3)).toMatchObject({ text: "Héllo", state: "done" });
});

test("an error inside the stream keeps what was said and is no success", () => {
  const text = `${stream[1]}\n\ndata: {"error":{"message":"the engine ended","type":"server_error"}}\n\n`;
  expect(play(text, 5)).toMatchObject({ text: "Hé", state: "failed", failure: "the engine ended" });
});

test("tokens per second leave the first token out, and are not measured where there is no second", () => {
  expect(tokensPerSecond({ ttftMs: 100, totalMs: 1_100 }, 51)).toBe(50);
  expect(tokensPerSecond({ ttftMs: 100, totalMs: 1_100 }, 7)).toBeNull();
  expect(tokensPerSecond({ ttftMs: null, totalMs: 1_100 }, 51)).toBeNull();
  expect(tokensPerSecond({ ttftMs: 100, totalMs: 100 }, 51)).toBeNull();
});

test("the playground takes every number of tokens that the API takes, and says its limit", () => {
  const typed = (maxTokens: string) => mistakeOf({ ...emptyDraft.left, maxTokens }, "maxTokens");
  expect(CompletionBody.safeParse({ model: "nano", prompt: "x", max_tokens: 999_999 }).success).toBe(true);
  expect(typed("999999")).toBeUndefined();
  expect(typed("1000001")).toContain("1 to 1,000,000");
});
