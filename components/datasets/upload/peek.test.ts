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

test("what the import would surely refuse is refused before it is sent, in the same words", async () => {
  const said = async (...parts: BlobPart[]) => (await peekInto(new Blob(parts))).refusal?.message;
  expect(await said("PK\x03\x04....[Content_Types].xml..xl/workbook.xml")).toBe("the file is Excel, not JSONL");
  expect(await said(new Uint8Array([1, 0, 2]))).toBe("the file holds binary data, not text");
  expect(await said("question,answer\nhow,so\n")).toBe("the file looks like a table (CSV), not JSONL");
  expect(await said("once upon a time\n".repeat(40_000))).toBe("none of the first lines is JSON");
  expect(await said("{'text': 'a'}\n")).toContain("the line is not valid JSON at column 2");
  expect(await said(Buffer.from('{"text": "grün"}\n{"text": "blau, süß"}\n', "latin1"))).toBe(
    "the lines are not text in UTF-8",
  );
  expect(await said()).toBe("the file is empty (0 bytes)");
  expect(await said(" \n\n")).toContain("holds no rows");
});

test("what only the import can tell is not refused", async () => {
  const mixed = await peekInto(new Blob([Buffer.from('{"text": "grün"}\n{"text": "blau"}\n', "latin1")]));
  expect(mixed).toMatchObject({ refusal: null, rows: [{ text: "blau" }], warning: expect.stringContaining("UTF-8") });
  const longRow = await peekInto(new Blob([JSON.stringify({ text: "x".repeat(300_000) })]));
  expect(longRow).toMatchObject({ refusal: null, warning: expect.stringContaining("could be read") });
  const lateRow = await peekInto(new Blob(["{'a'}\n".repeat(30), '{"text": "one"}\n']));
  expect(lateRow).toMatchObject({ refusal: null, rows: [{ text: "one" }] });
});

test("a cut through a character at the end of what is read is no fault", async () => {
  const line = `${JSON.stringify({ text: "ä".repeat(1_000) })}\n`;
  for (const pad of [0, 1]) {
    const peek = await peekInto(new Blob([" ".repeat(pad), line.repeat(400)]));
    expect([peek.warning, peek.reading?.source]).toEqual([null, "text"]);
  }
});
