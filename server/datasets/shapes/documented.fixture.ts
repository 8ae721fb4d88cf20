import { expect } from "vitest";
import { inspectFile } from "#server/datasets/pass/inspect.ts";
import { formatNote } from "#server/datasets/pass/note.rule.ts";

/** What becomes of a row: `problem` is its code, `notes` what is said about a row that is used. */
export type Expected = { becomes: unknown; notes?: string[] } | { problem: string } | { maps: string[] };

export const u = (content: string) => ({ role: "user", content });
export const a = (content: string) => ({ role: "assistant", content });
export const s = (content: string) => ({ role: "system", content });
export const human = (value: string) => ({ from: "human", value });
export const gpt = (value: string) => ({ from: "gpt", value });
export const context = (content: string) => ({ ...a(content), weight: 0 });
export const pair = { prompt: [u("q")], chosen: [a("good")], rejected: [a("bad")] };
export const pairWithSystem = { ...pair, prompt: [s("sys"), u("q")] };
export const chat = { messages: [u("q"), a("good")] };
export const chatWithSystem = { messages: [s("sys"), u("q"), a("good")] };
export const unused = (name: string) => `column "${name}" is not used: 1 row`;

async function* fileOf(row: unknown) {
  yield Buffer.from(`${JSON.stringify(row)}\n`);
}

/** Imports a file of that one row and compares what becomes of it. */
export async function expectDocumented(row: unknown, expected: Expected): Promise<void> {
  let written = "";
  const keep = async (bytes: Buffer) => {
    written += bytes.toString();
  };
  const sinks = { train: keep, validation: keep, setAside: async () => {} };
  const report = await inspectFile(fileOf(row), { sinks });
  if ("maps" in expected) {
    expect(report.unmapped?.columns.map((column) => column.name)).toEqual(expected.maps);
    return;
  }
  if ("problem" in expected) {
    expect(Object.keys(report.problemCounts)).toEqual([expected.problem]);
    return;
  }
  expect(report.problems).toEqual([]);
  expect(JSON.parse(written)).toEqual(expected.becomes);
  expect(report.notes.map(formatNote)).toEqual(expected.notes ?? []);
}
