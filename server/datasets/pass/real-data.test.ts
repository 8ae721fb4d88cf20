import { createReadStream, existsSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { inspectFile } from "#server/datasets/pass/inspect.ts";
import type { Mapping } from "#server/datasets/shapes/mapping.rule.ts";

const folder = resolve("../shared/data");
const here = existsSync(folder);
if (!here) console.warn("skipped: the shared real data sets are not beside this checkout");

const inspect = (file: string, mapping?: Mapping) =>
  inspectFile(createReadStream(resolve(folder, file)), { mapping: mapping ?? null });

test.skipIf(!here).each([
  ["alpaca-en.json", { source: "alpaca", shape: "messages", rowsRead: 999, badRows: 0 }],
  ["sharegpt-dummy.json", { source: "sharegpt", shape: "messages", rowsRead: 500, badRows: 0 }],
  ["c4-text.jsonl", { source: "text", shape: "text", rowsRead: 300, badRows: 0 }],
  ["dpo-en-sharegpt.json", { source: "sharegpt_preference", shape: "preference", rowsRead: 300, badRows: 0 }],
])("%s imports as it is", async (file, expected) => {
  const report = await inspect(file);
  expect(report.refusal).toBeNull();
  expect(report).toMatchObject(expected);
});

test.skipIf(!here)("unpaired preferences are read as such, bad answers with their label", async () => {
  const report = await inspect("kto-en.json");
  expect(report).toMatchObject({ source: "unpaired", shape: "unpaired_preference", rowsRead: 300, badRows: 0 });
});

test.skipIf(!here)("tool calls are named, chats without them are kept", async () => {
  const report = await inspect("toolcall-en-sharegpt.json");
  expect(report).toMatchObject({ source: "sharegpt", rowsRead: 300, badRows: 153 });
  expect(report.notes).toMatchObject([{ code: "ignored_column", name: "tools", rows: 147 }]);
  expect(report.problemCounts).toEqual({ tool_turn: expect.any(Number) });
});

test.skipIf(!here)("GSM8K asks for a mapping and imports with it", async () => {
  const unmapped = await inspect("gsm8k-test.jsonl");
  expect(unmapped.unmapped?.columns.map((column) => column.name)).toEqual(["question", "answer"]);
  const report = await inspect("gsm8k-test.jsonl", { prompt: "question", completion: "answer" });
  expect(report).toMatchObject({ shape: "prompt_completion", rowsRead: 1_319, badRows: 0, duplicateRows: 0 });
  expect(report.lengths.prompt?.max).toBeGreaterThan(100);
});

test.skipIf(!here)("eval questions, a table and plain text say what they are", async () => {
  const questions = await inspect("mt-bench-questions.jsonl");
  expect(questions.unmapped?.columns.map((column) => column.name)).toContain("turns");
  expect((await inspect("routellm-gsm8k-responses.csv")).refusal?.code).toBe("csv");
  expect((await inspect("wiki.txt")).refusal?.code).toBe("not_json");
});
