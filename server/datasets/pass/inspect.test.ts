import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { type InspectOptions, inspectFile } from "#server/datasets/pass/inspect.ts";
import { formatPlaces } from "#server/datasets/pass/problems.rule.ts";

const chat = (n: number) =>
  JSON.stringify({
    messages: [
      { role: "user", content: `question ${n}` },
      { role: "assistant", content: `answer ${n}` },
    ],
  });

/** Bytes in pieces of `size`, as a disk or a network would bring them. */
async function* pieces(bytes: Buffer, size: number) {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

function inspect(content: string | Buffer, options: InspectOptions = {}, size = 65_536) {
  return inspectFile(pieces(Buffer.from(content), size), options);
}

/** Run the pass and gather what it wrote. */
async function written(content: string | Buffer, options: InspectOptions = {}) {
  const out = { train: "", validation: "", setAside: "" };
  const into = (name: keyof typeof out) => async (bytes: Buffer) => {
    out[name] += bytes.toString();
  };
  const sinks = { train: into("train"), validation: into("validation"), setAside: into("setAside") };
  const report = await inspect(content, { ...options, sinks });
  return { report, ...out };
}

test("an empty file is refused and says so", async () => {
  const { refusal } = await inspect("");
  expect(refusal).toMatchObject({ code: "empty_file", message: "the file is empty (0 bytes)" });
});

test("a file of blank lines, and an empty list, hold no rows", async () => {
  expect((await inspect("\n \r\n\t\n")).refusal?.code).toBe("no_rows");
  expect((await inspect(" [ ] \n")).refusal?.code).toBe("no_rows");
});

test("text that is no JSON is refused as what it is, with the remedy", async () => {
  expect((await inspect("once upon a time\nthere was\n")).refusal).toMatchObject({ code: "not_json" });
  expect((await inspect("a,b\n1,2\n3,4\n")).refusal).toMatchObject({ code: "csv" });
  expect((await inspect("<html><body>\n</body></html>")).refusal?.message).toContain("HTML");
  const pretty = JSON.stringify({ messages: [] }, null, 2);
  expect((await inspect(pretty)).refusal).toMatchObject({ code: "not_jsonl" });
});

test("a Python dict per line is a problem of each line, with the remedy", async () => {
  const { refusal } = await inspect("{'text': 'a'}\n{'text': 'b'}\n");
  expect(refusal?.message).toContain("Line 1: the line is not valid JSON at column 2");
  expect(refusal?.remedy).toContain("json.dumps");
});

test("column names no database can keep are shown with a mark, and long ones end before a character", async () => {
  const odd = (name: string) => ({ [`${name}\u0000`]: 1, [`${name.padEnd(199, ".")}😀`]: 2 });
  const unknown = await inspect(`${JSON.stringify(odd("a"))}\n`);
  expect(unknown.unmapped?.columns.map((column) => column.name)).toEqual(["a\ufffd", "a".padEnd(199, ".")]);
  const row = JSON.stringify({ text: "good", ...odd("b") });
  const { notes } = await inspect(`${row}\n${row}\n`);
  expect(notes.map((note) => note.name)).toEqual(["b\ufffd", "b".padEnd(199, ".")]);
});

test("a broken line keeps its number, its column and its text, and the rest is read", async () => {
  const { report, setAside } = await written(`${chat(1)}\n\n{"messages": [1,,2]}\n${chat(2)}\n`);
  expect(report.rowsRead).toBe(3);
  expect(report.problems).toHaveLength(1);
  expect(report.problems[0]).toMatchObject({ line: 3, code: "invalid_json", field: null });
  expect(report.problems[0]?.message).toContain("column 17");
  expect(JSON.parse(setAside)).toMatchObject({ line: 3, raw: '{"messages": [1,,2]}' });
});

test("a truncated last line is named as such", async () => {
  const report = await inspect(`${chat(1)}\n${chat(2)}\n{"messages": [{"role": "us`);
  expect(report.problems[0]).toMatchObject({ line: 3, code: "truncated" });
  expect(report.rows.train + report.rows.validation).toBe(2);
});

test("a complete last line without a line break is read", async () => {
  const report = await inspect(`${chat(1)}\n${chat(2)}`);
  expect(report).toMatchObject({ rowsRead: 2, badRows: 0 });
});

test("a BOM and CRLF change nothing", async () => {
  const plain = await written(`${chat(1)}\n${chat(2)}\n`);
  const windows = await written(`\ufeff${chat(1)}\r\n${chat(2)}\r\n`);
  expect(windows.train + windows.validation).toBe(plain.train + plain.validation);
  expect(windows.report.problems).toEqual([]);
  const array = await written(`\ufeff[\r\n${chat(1)},\r\n${chat(2)}\r\n]\r\n`);
  expect(array.train + array.validation).toBe(plain.train + plain.validation);
});

test("invalid UTF-8 is found with its line and byte, and the row is kept in base64", async () => {
  const bad = Buffer.from('{"text": "caf\xe9"}\n', "latin1");
  const { report, setAside } = await written(Buffer.concat([Buffer.from('{"text": "ä"}\n'), bad]));
  expect(report.problems[0]).toMatchObject({ line: 2, code: "invalid_utf8" });
  expect(report.problems[0]?.message).toBe("byte 14 of the line is not valid UTF-8");
  const kept: { rawBase64: string } = JSON.parse(setAside);
  expect(Buffer.from(kept.rawBase64, "base64")).toEqual(bad.subarray(0, -1));
});

test("a line of 50 MB is a named error, is not gathered, and the rows around it are read", async () => {
  async function* source() {
    yield Buffer.from(`${chat(1)}\n{"text": "`);
    const block = Buffer.alloc(1 << 20, "a");
    for (let i = 0; i < 50; i++) yield block;
    yield Buffer.from(`"}\n${chat(2)}\n`);
  }
  const report = await inspectFile(source());
  expect(report).toMatchObject({ rowsRead: 3, badRows: 1 });
  expect(report.problems[0]).toMatchObject({ line: 2, code: "row_too_long" });
  expect(report.problems[0]?.message).toBe("the row is 50.0 MiB long; at most 8.0 MiB are read");
});

test("compressed and foreign files are recognised by their first bytes", async () => {
  const once = gzipSync(chat(1));
  expect((await inspect(once)).refusal).toMatchObject({ code: "gzip", remedy: expect.stringContaining("gunzip") });
  expect((await inspect(gzipSync(once))).refusal).toMatchObject({ code: "gzip_nested" });
  const bomb = gzipSync(gzipSync(Buffer.alloc(5_000_000)));
  expect((await inspect(bomb)).refusal).toMatchObject({ code: "gzip_nested" });
  const excel = Buffer.from("PK\x03\x04........[Content_Types].xml....xl/workbook.xml", "latin1");
  expect((await inspect(excel)).refusal?.message).toBe("the file is Excel, not JSONL");
  const word = Buffer.from("PK\x03\x04........[Content_Types].xml....word/document.xml", "latin1");
  expect((await inspect(word)).refusal?.message).toBe("the file is an Office document, not JSONL");
  expect((await inspect(Buffer.from("PK\x03\x04 data.jsonl", "latin1"))).refusal?.code).toBe("zip");
  expect((await inspect("PAR1....")).refusal?.message).toBe("the file is Parquet, not JSONL");
  expect((await inspect(Buffer.from("\ufeff[]", "utf16le"))).refusal?.code).toBe("utf16");
  expect((await inspect(Buffer.from([1, 0, 2, 0]))).refusal?.code).toBe("binary");
});

test("a JSON array is read element by element with its lines", async () => {
  const content = `[\n${chat(1)},\n\n{"messages": 3},\n7,\n${chat(2)}\n]`;
  for (const size of [1, 7, 65_536]) {
    const report = await inspect(content, {}, size);
    expect(report).toMatchObject({ format: "json_array", rowsRead: 4, badRows: 2 });
    expect(report.problems[0]).toMatchObject({ line: 4, element: 2, code: "wrong_type", field: "messages" });
    expect(report.problems[1]).toMatchObject({ line: 5, element: 3, code: "not_an_object" });
  }
});

test("an array that breaks or stops is refused with the place", async () => {
  const broken = await inspect(`[\n${chat(1)},\n${chat(2)}\n{]`);
  expect(broken.refusal).toMatchObject({ code: "array_broken" });
  expect(broken.refusal?.message).toContain("line 4: the JSON array is broken in or after element 2");
  const cut = await inspect(`[\n${chat(1)},\n{"messages": [{"ro`);
  expect(cut.refusal).toMatchObject({ code: "array_truncated" });
  expect(cut.refusal?.message).toContain("element 2");
  expect((await inspect(`[${chat(1)}]\n{}`)).refusal?.code).toBe("array_trailing");
});

test("invalid UTF-8 inside an array is the problem of its element, wherever a chunk ends", async () => {
  const content = Buffer.from('[\n{"text": "\xc3\xa4"},\n{"text": "caf\xe9"},\n{"text": "\xe2\x82\xac"}]', "latin1");
  for (const size of [1, 5, 65_536]) {
    const report = await inspect(content, {}, size);
    expect(report.problems).toHaveLength(1);
    expect(report.problems[0]).toMatchObject({ line: 3, element: 2, code: "invalid_utf8" });
    expect(report.problems[0]?.message).toContain("byte 14");
    expect(report.rowsRead).toBe(3);
  }
});

test("an array element over the limit refuses the file without gathering it", async () => {
  async function* source() {
    yield Buffer.from('[{"text": "');
    const block = Buffer.alloc(1 << 20, "a");
    for (let i = 0; i < 50; i++) yield block;
    yield Buffer.from('"}]');
  }
  const { refusal } = await inspectFile(source());
  expect(refusal).toMatchObject({ code: "row_too_long", message: "line 1: element 1 is longer than 8.0 MiB" });
});

test("a file of another layout shows its columns and first rows, so that a person can map it", async () => {
  const report = await inspect('{"question": "1+1?", "answer": "2"}\n{"question": "2+2?", "answer": "4", "n": 1}\n');
  expect(report.unmapped).toEqual({
    columns: [
      { name: "question", kinds: ["string"], share: 1 },
      { name: "answer", kinds: ["string"], share: 1 },
      { name: "n", kinds: ["number"], share: 0.5 },
    ],
    samples: [
      { question: "1+1?", answer: "2" },
      { question: "2+2?", answer: "4", n: 1 },
    ],
  });
});

test("a mapping turns it into prompt and completion", async () => {
  const mapping = { prompt: "question", completion: "answer" };
  const { report, train, validation } = await written('{"question": "1+1?", "answer": 2, "id": 7}\n', { mapping });
  expect(report).toMatchObject({ source: "mapped", shape: "prompt_completion", badRows: 0 });
  expect(report.notes).toEqual([{ code: "ignored_column", name: "id", rows: 1, line: 1, element: null }]);
  expect(train + validation).toBe('{"prompt":"1+1?","completion":"2"}\n');
});

test("a row of another shape is that row's problem", async () => {
  const report = await inspect(`${chat(1)}\n{"instruction": "a", "output": "b"}\n${chat(2)}\n`);
  expect(report).toMatchObject({ source: "messages", badRows: 1 });
  expect(report.problems[0]?.message).toBe("this row looks like alpaca, the file is messages");
});

test("a file without one good row is refused with its first problem", async () => {
  const { refusal, problems } = await inspect('{"messages": []}\n{"messages": []}\n');
  expect(refusal).toMatchObject({ code: "no_good_rows" });
  expect(refusal?.message).toBe('none of the 2 rows can be used. Line 1: "messages" has no turns');
  expect(problems).toMatchObject([{ rows: 2, places: [{ line: 1 }, { line: 2 }] }]);
});

test("every problem is counted, and rows with the same one are one entry with its first places", async () => {
  const bad = '{"messages": [{"role": "wizard", "content": "x"}, {"role": "user", "content": ""}]}\n';
  const report = await inspect(`${chat(1)}\n${bad.repeat(250)}`);
  expect(report).toMatchObject({ rowsRead: 251, badRows: 250, problemCount: 500 });
  expect(report.problems).toHaveLength(2);
  expect(report.problems[0]).toMatchObject({
    line: 2,
    code: "unknown_role",
    rows: 250,
    text: bad.trim().replaceAll(": ", ":").replaceAll(", ", ","),
  });
  expect(formatPlaces(report.problems[0] ?? { places: [], rows: 0 })).toBe("Line 2, 3, 4 and 247 more");
  expect(report.problemCounts).toEqual({ unknown_role: 250, empty_turn: 250 });
});

test("duplicate rows are counted by their canonical content and kept on one side", async () => {
  const spaced = chat(1).replaceAll(":", ": ");
  const { report, train, validation } = await written(`${chat(1)}\n${chat(2)}\n${spaced}\n${chat(1)}\n`);
  expect(report).toMatchObject({ duplicateRows: 2, duplicatesExact: true, rowsRead: 4 });
  const sides = [train, validation].filter((side) => side.includes("question 1"));
  expect(sides).toHaveLength(1);
});

test("the split depends on content alone: any order of the rows gives the same sides", async () => {
  const rows = Array.from({ length: 3_000 }, (_, i) => chat(i));
  const shuffled = rows.map((row, i) => ({ row, key: (i * 7_919) % 3_001 })).sort((a, b) => a.key - b.key);
  const first = await written(rows.join("\n"));
  const second = await written(`[${shuffled.map(({ row }) => row).join(",\n")}]`);
  const sorted = (text: string) => text.trim().split("\n").sort();
  expect(sorted(second.validation)).toEqual(sorted(first.validation));
  expect(sorted(second.train)).toEqual(sorted(first.train));
  const share = first.report.rows.validation / 3_000;
  expect(share).toBeGreaterThan(0.08);
  expect(share).toBeLessThan(0.12);
});

test("pages index every 200 rows or 256 KiB, so a preview can start anywhere", async () => {
  const rows = Array.from({ length: 1_000 }, (_, i) => chat(i)).join("\n");
  const { report, train } = await written(rows);
  for (const page of report.pages.train) {
    const before = train.slice(0, page.byteOffset);
    expect(before.split("\n").length - 1).toBe(page.firstRow);
  }
  expect(report.pages.train.length).toBe(Math.ceil(report.rows.train / 200));
  const long = Array.from({ length: 20 }, (_, i) => JSON.stringify({ text: `${i}`.repeat(100_000) })).join("\n");
  expect((await inspect(long)).pages.train.length).toBeGreaterThan(3);
});

test("reading stops when the job is cancelled", async () => {
  const stop = new AbortController();
  stop.abort(new Error("worker stops"));
  await expect(inspect(chat(1), { signal: stop.signal })).rejects.toThrow("worker stops");
});
