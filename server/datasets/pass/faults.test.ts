import { createReadStream, existsSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { type InspectOptions, inspectFile } from "#server/datasets/pass/inspect.ts";
import { formatNote } from "#server/datasets/pass/note.rule.ts";

const folder = resolve("../shared/data/faults");
const here = existsSync(folder);

/** The pass over a file, with everything that it wrote. */
async function read(source: AsyncIterable<Uint8Array>, options: InspectOptions = {}) {
  const out = { rows: "", setAside: "" };
  const into = (name: keyof typeof out) => async (bytes: Buffer) => {
    out[name] += bytes.toString();
  };
  const sinks = { train: into("rows"), validation: into("rows"), setAside: into("setAside") };
  const report = await inspectFile(source, { ...options, sinks, validationShareBp: options.validationShareBp ?? 0 });
  return { report, notes: report.notes.map(formatNote), ...out };
}

async function* bytesOf(content: string | Buffer) {
  yield Buffer.from(content);
}

const fault = (name: string, options: InspectOptions = {}) =>
  read(createReadStream(resolve(folder, name)), { filename: name, ...options });
const lines = (text: string): unknown[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

test.skipIf(!here)("rows with control tokens in their text are kept and counted", async () => {
  const { report, notes, rows } = await fault("control-tokens-in-text.jsonl");
  expect(report).toMatchObject({ rowsRead: 12, badRows: 0 });
  expect(rows).toContain("<|im_end|>");
  expect(notes).toEqual(["12 rows hold text that looks like a control token (<|im_end|>): it is learnt as plain text"]);
});

test.skipIf(!here)("a line nested too deep is a problem of its own, the others are used", async () => {
  const { report } = await fault("deep-nesting.jsonl");
  expect(report).toMatchObject({ rowsRead: 10, badRows: 1, refusal: null });
  expect(report.problems).toMatchObject([
    { line: 4, code: "too_deep", message: "the row is nested deeper than 64 levels" },
  ]);
});

test.skipIf(!here)("numbers are taken exactly as they are written", async () => {
  const { rows } = await fault("numbers-corrupted.jsonl");
  expect(lines(rows)).toEqual([
    { prompt: "id?", completion: "12345678901234567890" },
    { prompt: "version?", completion: "1.10" },
    { prompt: "huge?", completion: "1e400" },
  ]);
});

test.skipIf(!here)("null and empty optional keys mean that they are absent", async () => {
  const { report, notes } = await fault("tool-calls-null.jsonl");
  expect(report).toMatchObject({ rowsRead: 6, badRows: 0 });
  expect(notes).toEqual([]);
});

test.skipIf(!here)("a turn of weight 0 stays with its weight", async () => {
  const { rows, notes, report } = await fault("weight-zero.jsonl");
  expect(lines(rows)[0]).toEqual({
    messages: [
      { role: "user", content: "q0" },
      { role: "assistant", content: "do not learn this", weight: 0 },
      { role: "user", content: "again" },
      { role: "assistant", content: "learn 0" },
    ],
  });
  expect(notes).toEqual(["20 rows have assistant turns with weight 0: kept as context, not learnt"]);
  expect(report.lengths.answers?.max).toBe("learn 10".length);
});

test.skipIf(!here)("a line that is a list of turns is a chat, and that is said", async () => {
  const { report, notes, rows } = await fault("line-is-a-list-of-turns.jsonl");
  expect(report).toMatchObject({ format: "jsonl", shape: "messages", rowsRead: 4, badRows: 0 });
  expect(lines(rows)[0]).toEqual({
    messages: [
      { role: "user", content: "q0" },
      { role: "assistant", content: "a0" },
    ],
  });
  expect(notes).toEqual(["4 rows are lists of turns without an object: read as messages"]);
});

test.skipIf(!here)("images are named, and nothing is trained on their placeholders", async () => {
  const { report } = await fault("images-column.jsonl");
  expect(report.refusal?.message).toBe(
    'none of the 12 rows can be used. Line 1: "images" holds more than text; only text is trained',
  );
});

test.skipIf(!here)("unpaired preference data is that, never pairs to learn from", async () => {
  const { report, rows } = await fault("kto-prompt-completion-label.jsonl");
  expect(report).toMatchObject({ shape: "unpaired_preference", rowsRead: 20, badRows: 0 });
  expect(lines(rows)[0]).toEqual({
    prompt: [{ role: "user", content: "q0" }],
    completion: [{ role: "assistant", content: "BAD" }],
    label: false,
  });
});

test.skipIf(!here)("rows that all fall into validation leave none to train on", async () => {
  const { report } = await fault("two-rows-none-to-train.jsonl", { validationShareBp: 1_000 });
  expect(report.rows).toEqual({ train: 0, validation: 2 });
});

test("in a JSON array numbers, depth and repeated keys are as exact as in JSONL", async () => {
  const deep = `{"prompt":"x","completion":${"[".repeat(90)}${"]".repeat(90)}}`;
  const content = `[{"prompt":"a","completion":12345678901234567890},\n{"prompt":"b","prompt":"c","completion":"x"},\n${deep},\n{"prompt":"d","completion":1.10}]`;
  const { report, rows, setAside } = await read(bytesOf(content));
  expect(report).toMatchObject({ format: "json_array", rowsRead: 4, badRows: 2 });
  expect(report.problems).toMatchObject([
    { line: 2, element: 2, code: "repeated_key" },
    { line: 3, element: 3, code: "too_deep" },
  ]);
  expect(lines(rows)).toEqual([
    { prompt: "a", completion: "12345678901234567890" },
    { prompt: "d", completion: "1.10" },
  ]);
  expect(lines(setAside)).toHaveLength(2);
});

test("a key that stands twice is a problem of its line", async () => {
  const { report } = await read(
    bytesOf('{"prompt":"a","completion":"b","completion":"c"}\n{"prompt":"a","completion":"b"}\n'),
  );
  expect(report.problems).toMatchObject([{ line: 1, code: "repeated_key" }]);
  expect(report.problems[0]?.message).toContain('the key "completion" stands twice');
});

test("a row that is set aside keeps its numbers", async () => {
  const { setAside } = await read(
    bytesOf('{"prompt":"","completion":"b","n":[1.10,1e400]}\n{"prompt":"a","completion":"b"}\n'),
  );
  expect(setAside).toContain('"row":{"prompt":"","completion":"b","n":[1.10,1e400]}');
});

test("unused columns are counted, empty ones are none", async () => {
  const row = (n: number, id: unknown) =>
    JSON.stringify({ prompt: `p${n}`, completion: "c", id, tags: [], note: null });
  const { notes, report } = await read(bytesOf([row(1, null), row(2, "x"), row(3, "y")].join("\n")));
  expect(notes).toEqual(['column "id" is not used: 2 rows']);
  expect(report.notes).toMatchObject([{ line: 2 }]);
});

const row = '{"text": "a"}';

test.each([
  ["lines that end with CR alone", `${row}\r${row}\r`, "cr_line_ends", "tr '\\r' '\\n' < a.jsonl > a-lf.jsonl"],
  [
    "a Git LFS pointer",
    "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n",
    "git_lfs",
    "git lfs pull",
  ],
  [
    "UTF-16 without a mark",
    Buffer.from(`${row}\n`, "utf16le"),
    "utf16",
    "iconv -f UTF-16LE -t UTF-8 a.jsonl > a-utf8.jsonl",
  ],
  ["UTF-16 with its bytes the other way round", Buffer.from(`${row} \n`, "utf16le").swap16(), "utf16", "UTF-16BE"],
  ["a table", "a,b\n1,2\n3,4\n", "csv", "pandas.read_csv('a.jsonl').to_json('a.jsonl'"],
  ["gzip", Buffer.from("1f8b0800000000", "hex"), "gzip", "gunzip a.jsonl"],
])("%s is refused by that name, with the command that helps", async (_name, content, code, remedy) => {
  const { report } = await read(bytesOf(content), { filename: "a.jsonl" });
  expect(report.refusal).toMatchObject({ code, remedy: expect.stringContaining(remedy) });
});

test("one NUL byte is the problem of its line", async () => {
  const { report } = await read(bytesOf(`${`${row}\n`.repeat(20)}{"text": "b\u0000c"}\n`), {
    filename: "my file.jsonl",
  });
  expect(report).toMatchObject({ rowsRead: 21, badRows: 1, refusal: null });
  expect(report.problems[0]).toMatchObject({ line: 21, code: "raw_nul" });
  expect(report.problems[0]?.message).toBe("the line holds a NUL byte at column 12");
  expect(report.problems[0]?.remedy).toContain("tr -d '\\000' < 'my file.jsonl' > 'my file-clean.jsonl'");
});

test("where each row of a split came from is kept beside its page", async () => {
  const { report } = await read(bytesOf(`${row}\n\n{}\n{"text": "b"}\n`));
  expect(report.pages.train).toEqual([{ firstRow: 0, byteOffset: 0, lines: [1, 4], elements: null }]);
  const array = await read(bytesOf(`[${row},\n3,\n{"text":"b"}]`));
  expect(array.report.pages.train).toMatchObject([{ lines: [1, 3], elements: [1, 3] }]);
});

test.each([
  "<|im_start|>",
  "<|eot_id|>",
  "<|start_header_id|>",
  "<｜begin▁of▁sentence｜>",
  "<|START_OF_TURN_TOKEN|>",
  "</s>",
  "[INST]",
  "<<SYS>>",
  "<start_of_turn>",
  "<bos>",
  "[TOOL_CALLS]",
  "<|fim_prefix|>",
  "<|channel|>",
])("%s looks like a control token", async (token) => {
  const { report } = await read(bytesOf(`${JSON.stringify({ text: `a${token}b` })}\n`));
  expect(report.notes).toMatchObject([{ code: "control_text", name: token, rows: 1 }]);
});

test("ordinary text does not", async () => {
  const { report } = await read(
    bytesOf(`${JSON.stringify({ text: "a <b>bold</b> [1] if x <| y |> z, <section> ||" })}\n`),
  );
  expect(report.notes).toEqual([]);
});
