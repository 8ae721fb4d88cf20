import fc from "fast-check";
import { expect, test } from "vitest";
import { isWrittenAs } from "#server/datasets/shapes/written-as.rule.ts";
import { parseExactJson } from "#server/text/exact-json.rule.ts";

const chat = (content: string) => ({ messages: [{ role: "user", content }] });

function isAsWritten(text: string, example: object): boolean {
  const parsed = parseExactJson(text);
  if (parsed.fault !== null) throw new Error(parsed.fault);
  return isWrittenAs(text, parsed.value, example);
}

test("a line as JavaScript writes it stays as it is, whatever its texts hold", () => {
  for (const content of ["plain", "größer – 😀", 'a "quoted"\n\tline \\ ', "\u2028", ""])
    expect(isAsWritten(JSON.stringify(chat(content)), chat(content))).toBe(true);
});

test("white space, another order, another escape, another text or one member more is written anew", () => {
  const lines = [
    '{"messages": [{"role":"user","content":"a/b"}]}',
    '{"messages":[{"role":"user","content":"a/b"}]} ',
    '{"messages":[{"content":"a/b","role":"user"}]}',
    '{"messages":[{"role":"user","content":"a\\/b"}]}',
    '{"messages":[{"role":"user","content":"\\u0061/b"}]}',
    '{"messages":[{"role":"user","content":"a/c"}]}',
    '{"messages":[{"role":"user","content":"a/b","weight":1}]}',
    '{"messages":[{"role":"user","content":"a/b"}],"id":null}',
    '[{"role":"user","content":"a/b"}]',
  ];
  for (const line of lines) expect(isAsWritten(line, chat("a/b"))).toBe(false);
  const context = { messages: [{ role: "assistant", content: "a", weight: 0 }] };
  expect(isAsWritten(JSON.stringify(context), context)).toBe(true);
  expect(isAsWritten('{"messages":[{"role":"assistant","content":"a","weight":0.0}]}', context)).toBe(false);
  expect(isAsWritten('{"messages":[{"role":"assistant","content":"a","weight":false}]}', context)).toBe(false);
});

test("whenever it says so, the text is what JSON.stringify writes", () => {
  const space = fc.constantFrom("", "", "", " ");
  const content = fc.string({ unit: fc.constantFrom("a", "u", "/", "\\", '"', "\n", "é", "😀", " ") });
  const form = fc.tuple(space, space, fc.boolean());
  fc.assert(
    fc.property(content, content, form, (said, written, [a, b, slashes]) => {
      const json = JSON.stringify(written);
      const inner = slashes ? json.replaceAll("/", "\\/") : json;
      const text = `{"messages":${a}[{"role":"user","content":${b}${inner}}]}`;
      if (isAsWritten(text, chat(said))) expect(text).toBe(JSON.stringify(chat(said)));
      if (said === written) expect(isAsWritten(JSON.stringify(chat(said)), chat(said))).toBe(!/\\[u/]/.test(json));
    }),
  );
});
