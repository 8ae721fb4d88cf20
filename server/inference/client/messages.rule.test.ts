import { expect, test } from "vitest";
import { z } from "zod";
import { firstBadMessage } from "#server/inference/client/messages.rule.ts";
import { mistakeIn, paramOf } from "#server/inference/client/param.rule.ts";

const placeOf = (messages: readonly unknown[]) => {
  const bad = firstBadMessage(messages);
  return bad && paramOf(["messages", ...bad.path]);
};

test("what OpenAI's API takes is taken", () => {
  const good = [
    { role: "system", content: "" },
    { role: "developer", content: "Be short." },
    {
      role: "user",
      content: [
        { type: "text", text: "Hi" },
        { type: "image_url", image_url: {} },
      ],
      name: "ada",
    },
    { role: "user", content: [] },
    { role: "assistant", content: null, tool_calls: [] },
    { role: "assistant", function_call: { name: "f" } },
    { role: "assistant", refusal: "No." },
    { role: "assistant", content: null, audio: { id: "a" } },
    { role: "tool", content: "4", tool_call_id: "c" },
    { role: "function", content: null, name: null },
  ];
  expect(firstBadMessage(good)).toBeNull();
  expect(firstBadMessage([])).toBeNull();
});

test("the place of a mistake is named as deep as it lies", () => {
  const hi = { role: "user", content: "Hi" };
  expect(placeOf([hi, "text"])).toBe("messages[1]");
  expect(placeOf([hi, null])).toBe("messages[1]");
  expect(placeOf([hi, []])).toBe("messages[1]");
  expect(placeOf([{ role: "bot", content: "" }])).toBe("messages[0].role");
  expect(placeOf([{ content: "" }])).toBe("messages[0].role");
  expect(placeOf([{ ...hi, name: 3 }])).toBe("messages[0].name");
  expect(placeOf([{ ...hi, tool_call_id: {} }])).toBe("messages[0].tool_call_id");
  expect(placeOf([{ role: "user", content: ["text"] }])).toBe("messages[0].content[0]");
  expect(placeOf([{ role: "user", content: [{ text: "no type" }] }])).toBe("messages[0].content[0]");
  expect(placeOf([{ role: "user", content: [{ type: "text", text: "" }, { type: "text" }] }])).toBe(
    "messages[0].content[1].text",
  );
});

test("only an assistant that did something else may say nothing, and only a function may return null", () => {
  for (const role of ["system", "user", "tool", "developer"])
    for (const content of [null, undefined, 5, {}])
      expect(placeOf([{ role, content }]), role).toBe("messages[0].content");
  expect(firstBadMessage([{ role: "assistant", content: null }])?.message).toContain(
    "unless the assistant called a tool",
  );
  expect(placeOf([{ role: "assistant", content: 5, tool_calls: [] }])).toBe("messages[0].content");
  expect(placeOf([{ role: "function" }])).toBe("messages[0].content");
});

test("of several mistakes the first is told", () => {
  expect(placeOf([{ role: "user" }, { role: "bot" }])).toBe("messages[0].content");
});

test("a place is written as OpenAI writes it; the body itself has no name", () => {
  expect(paramOf([])).toBeNull();
  expect(paramOf(["messages", 0, "content", 2, "text"])).toBe("messages[0].content[2].text");
  expect(paramOf([0, "a"])).toBe("[0].a");
});

test("an unknown parameter is named with its place, and other mistakes with what is wrong", () => {
  const body = z.strictObject({ n: z.number(), stream: z.strictObject({ usage: z.boolean() }).optional() });
  const mistake = (value: unknown) => {
    const { error } = body.safeParse(value);
    return error ? mistakeIn(error) : null;
  };
  expect(mistake({ n: 1, stream: { usage: true, more: 1 } })).toEqual({
    message: "Unknown parameter: 'stream.more'.",
    param: "stream.more",
    code: "unknown_parameter",
  });
  expect(mistake({ n: "1" })).toMatchObject({
    param: "n",
    code: "invalid_value",
    message: expect.stringMatching(/^n: /),
  });
  expect(mistake("text")).toMatchObject({ param: null, message: expect.stringMatching(/^the body: /) });
});
