import { expect, test } from "vitest";
import { guessMapping, mappingFault, mappingOf } from "#components/datasets/mapping-draft.ts";
import { peekInto } from "#components/datasets/upload/peek.ts";

const chat = (n: number) => ({
  messages: [
    { role: "user", content: `${n}?` },
    { role: "assistant", content: "x".repeat(200) },
  ],
});

test("the beginning of a large JSONL file shows its layout, without the line that the cut goes through", async () => {
  const lines = Array.from({ length: 2_000 }, (_, i) => JSON.stringify(chat(i)));
  const peek = await peekInto(new Blob([`\ufeff${lines.join("\r\n")}`]));
  expect(peek.reading?.source).toBe("messages");
  expect(peek.rows).toHaveLength(20);
});

test("the beginning of a large JSON array is read up to its last whole element", async () => {
  const rows = Array.from({ length: 2_000 }, (_, i) => chat(i));
  const peek = await peekInto(new Blob([JSON.stringify(rows, null, 2)]));
  expect(peek.reading?.source).toBe("messages");
  expect(peek.rows[0]).toEqual(rows[0]);
});

test("unknown columns are listed and guessed by their names", async () => {
  const peek = await peekInto(new Blob(['{"question": "1+1?", "answer": "2"}\n']));
  expect(peek.reading).toBeNull();
  const draft = guessMapping(peek.columns);
  expect(mappingOf(draft)).toEqual({ prompt: "question", completion: "answer" });
  expect(mappingOf({ ...draft, columns: { prompt: "question" } })).toBeNull();
});

test("columns under which no row can be read are said before the import, but a cut sample says nothing", () => {
  const rows = [{ q: "1+1?", a: "2", tags: ["sum"] }, { q: "2+2?" }];
  expect(mappingFault(rows, { prompt: "q", completion: "a" })).toBeNull();
  expect(mappingFault(rows, { prompt: "q", completion: "tags" })).toContain('"tags" is a list; it must be text');
  const turns = Array.from({ length: 11 }, (_, i) => ({ role: i % 2 ? "assistant" : "user", content: `${i}` }));
  expect(mappingFault([{ dialog: turns }], { messages: "dialog" })).toBeNull();
});

test("what is no text, no JSON or empty is said before it is sent", async () => {
  expect((await peekInto(new Blob([new Uint8Array([0x50, 0x4b, 3, 4, 0, 0xff])]))).warning).toContain("not text");
  expect((await peekInto(new Blob(["once upon a time\n"]))).warning).toContain("not JSON");
  expect((await peekInto(new Blob([]))).warning).toBe("The file is empty.");
});

test("a cut through a character at the end of what is read is no fault", async () => {
  const line = `${JSON.stringify({ text: "ä".repeat(1_000) })}\n`;
  for (const pad of [0, 1]) {
    const peek = await peekInto(new Blob([" ".repeat(pad), line.repeat(400)]));
    expect([peek.warning, peek.reading?.source]).toEqual([null, "text"]);
  }
});
