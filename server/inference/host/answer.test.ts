import { expect, test } from "vitest";
import { streamer } from "#server/inference/host/answer.ts";
import { textFormat } from "#server/inference/host/reply-formats.ts";

test("an answer that is whole before its stream is read still brings its text, its usage and its end", async () => {
  const { events, stream } = streamer(textFormat("m", false, 0), { prompts: 1, n: 1 }, () => {});
  events.accepted(0, 7);
  events.delta(0, { id: "1", text: "Hi", token: 1, logprobs: [] });
  events.done(0, "stop", 2);
  const text = await new Response(stream(() => {})).text();
  const sent = text.split("\n\n").filter(Boolean);
  expect(sent.at(-1)).toBe("data: [DONE]");
  const chunks = sent.slice(0, -1).map((event) => JSON.parse(event.slice(6)));
  expect(chunks.map((chunk) => chunk.choices[0]?.text ?? null)).toEqual(["Hi", "", null]);
  expect(chunks.at(-1).usage).toEqual({ prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 });
});
