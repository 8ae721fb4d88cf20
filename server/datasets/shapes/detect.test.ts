import { expect, test } from "vitest";
import { detectShape } from "#server/datasets/shapes/detect.rule.ts";
import { mappedReading } from "#server/datasets/shapes/mapping.rule.ts";
import { nothingFound } from "#server/datasets/shapes/problem.rule.ts";

/** Detect a layout from one row and convert that row. */
function convert(row: Record<string, unknown>) {
  const reading = detectShape([row]);
  if (!reading) return null;
  return { source: reading.source, shape: reading.shape, ...reading.convert(row, nothingFound(true)) };
}

function codes(row: Record<string, unknown>): string[] {
  const converted = convert(row);
  return converted && !converted.ok ? converted.problems.map((p) => `${p.field}: ${p.code}`) : [];
}

const user = { role: "user", content: "hi" };
const assistant = { role: "assistant", content: "hello" };

test.each([
  ["messages", { messages: [user, assistant] }, { messages: [user, assistant] }],
  [
    "sharegpt",
    {
      conversations: [
        { from: "human", value: "hi" },
        { from: "gpt", value: "hello" },
      ],
    },
    { messages: [user, assistant] },
  ],
  ["prompt_completion", { prompt: "a", completion: "b" }, { prompt: "a", completion: "b" }],
  ["prompt_response", { prompt: "a", response: "b" }, { prompt: "a", completion: "b" }],
  [
    "alpaca",
    { instruction: "add", input: "1 1", output: "2" },
    {
      messages: [
        { role: "user", content: "add\n\n1 1" },
        { role: "assistant", content: "2" },
      ],
    },
  ],
  ["text", { text: "once" }, { text: "once" }],
  [
    "preference",
    { prompt: "hi", chosen: "hello", rejected: "go away" },
    { prompt: [user], chosen: [assistant], rejected: [{ role: "assistant", content: "go away" }] },
  ],
  [
    "sharegpt_preference",
    {
      conversations: [{ from: "human", value: "hi" }],
      chosen: { from: "gpt", value: "hello" },
      rejected: { from: "gpt", value: "no" },
    },
    { prompt: [user], chosen: [assistant], rejected: [{ role: "assistant", content: "no" }] },
  ],
  [
    "openai_preference",
    {
      input: { messages: [user] },
      preferred_output: [assistant],
      non_preferred_output: [{ role: "assistant", content: "no" }],
    },
    { prompt: [user], chosen: [assistant], rejected: [{ role: "assistant", content: "no" }] },
  ],
  ["unpaired", { messages: [user, assistant], label: true }, { prompt: [user], completion: [assistant], label: true }],
])("%s is recognised and normalised", (source, row, example) => {
  expect(convert(row)).toMatchObject({ source, ok: true, example });
});

test("a system text makes a prompt and its response a chat", () => {
  const converted = convert({ system: "be kind", prompt: "hi", response: "hello" });
  const messages = [{ role: "system", content: "be kind" }, user, assistant];
  expect(converted).toMatchObject({ shape: "messages", ok: true, example: { messages } });
});

test.each([
  ["roles out of order", [user, user, assistant], ["messages[1]: roles_out_of_order"]],
  ["assistant first", [assistant, user, assistant], ["messages[0]: roles_out_of_order"]],
  ["an empty assistant turn", [user, { role: "assistant", content: " " }], ["messages[1].content: empty_turn"]],
  ["an unknown role", [user, { role: "narrator", content: "x" }], ["messages[1].role: unknown_role"]],
  [
    "a system turn that is not first",
    [user, { role: "system", content: "x" }, assistant],
    ["messages[1]: system_not_first"],
  ],
  ["no answer at the end", [user], ["messages: last_not_assistant"]],
  ["only a system turn", [{ role: "system", content: "x" }], ["messages: no_turns"]],
  ["content that is not text", [user, { role: "assistant", content: 3 }], ["messages[1].content: wrong_type"]],
  ["a turn that is text", ["hi", assistant], ["messages[0]: wrong_type"]],
  ["a tool call", [user, { role: "assistant", content: null, tool_calls: [{}] }], ["messages[1]: tool_turn"]],
  ["a tool result", [user, { role: "tool", content: "x" }], ["messages[1]: tool_turn"]],
  ["an image", [{ role: "user", content: [{ type: "image_url" }] }, assistant], ["messages[0].content: not_text"]],
  ["half a surrogate pair", [user, { role: "assistant", content: "\ud800" }], ["messages[1].content: broken_unicode"]],
  ["a NUL in a turn", [user, { role: "assistant", content: "a\u0000b" }], ["messages[1].content: nul_character"]],
])("%s is named with its place", (_name, messages, expected) => {
  expect(codes({ messages })).toEqual(expected);
});

test("content in text parts is joined", () => {
  const parts = [
    { type: "text", text: "h" },
    { type: "text", text: "i" },
  ];
  const converted = convert({ messages: [{ role: "user", content: parts }, assistant] });
  expect(converted).toMatchObject({ ok: true, example: { messages: [user, assistant] } });
});

test.each([
  [{ prompt: "", completion: "b" }, ["prompt: empty_field"]],
  [{ prompt: ["a"], completion: 1 }, ["prompt[0]: wrong_type"]],
  [{ prompt: { a: 1 }, completion: [] }, ["prompt: wrong_type"]],
  [{ prompt: "a", completion: null }, ["null: prompt_only_row"]],
  [{ text: "  " }, ["text: empty_field"]],
  [{ prompt: "a\u0000", completion: "\udc00" }, ["prompt: nul_character", "completion: broken_unicode"]],
  [{ instruction: "", input: [3], output: "x" }, ["instruction: empty_field", "input: wrong_type"]],
  [{ prompt: "a", chosen: "b", rejected: "b " }, ["rejected: same_answers"]],
  [{ prompt: [user, assistant], chosen: "b", rejected: "c" }, ["prompt: prompt_not_user"]],
  [{ prompt: "a", chosen: [user], rejected: "c" }, ["chosen: answer_not_assistant"]],
  [{ messages: [user, assistant], label: 3 }, ["label: label_not_boolean"]],
])("wrong fields are named: %j", (row, expected) => {
  expect(codes(row)).toEqual(expected);
});

test("one stray row does not change the layout, a file of strangers has none", () => {
  const rows = [{ text: "a" }, { text: "b" }, { instruction: "a", output: "b" }];
  expect(detectShape(rows)?.source).toBe("text");
  expect(detectShape([{ question: "a" }, { question: "b" }, { text: "c" }])).toBeNull();
});

test("names from Object's prototype are not columns", () => {
  const reading = mappedReading({ text: "constructor" });
  const converted = "convert" in reading ? reading.convert({ a: 1 }, nothingFound(true)) : null;
  expect(converted).toMatchObject({ ok: false, problems: [{ code: "missing_field", field: "constructor" }] });
});

test("an incomplete or misspelt mapping says what it lacks", () => {
  expect(mappedReading({ prompt: "a" })).toEqual({ lacks: expect.stringContaining("prompt and completion") });
  expect(mappedReading({ promt: "a" })).toEqual({ lacks: expect.stringContaining('"promt" is not a target') });
});
