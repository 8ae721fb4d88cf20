import fc from "fast-check";
import { expect, test } from "vitest";
import { formatNote } from "#server/datasets/pass/note.rule.ts";
import { createProblems, formatPlaces, maxListedProblems, type Problem } from "#server/datasets/pass/problems.rule.ts";
import { emptyReport, formatPlace } from "#server/datasets/pass/report.rule.ts";
import { isLearnt, measure, splitOf } from "#server/datasets/shapes/canonical.rule.ts";
import { problem } from "#server/datasets/shapes/problem.rule.ts";
import { notForSft, nothingToTrain, stateOf } from "#server/datasets/split.rule.ts";
import { judgeImport } from "#server/datasets/status.rule.ts";

const head = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const share = fc.integer({ min: 0, max: 10_000 });

test("a row that is kept for validation is also kept by every larger share, none by 0, all by 10,000", () => {
  fc.assert(
    fc.property(head, share, share, (hash, a, b) => {
      const [small, large] = a < b ? [a, b] : [b, a];
      if (splitOf(hash, small) === "validation") expect(splitOf(hash, large)).toBe("validation");
      expect([splitOf(hash, 0), splitOf(hash, 10_000)]).toEqual(["train", "validation"]);
    }),
  );
});

test("of hashes spread evenly as many fall into validation as were asked for", () => {
  expect([splitOf(0, 0), splitOf(0, 1), splitOf(2 ** 32 - 1, 9_999)]).toEqual(["train", "validation", "train"]);
  for (const bp of [1, 500, 1_000, 3_333, 9_999]) {
    const hashes = Array.from({ length: 10_000 }, (_, i) => Math.floor(((i + 0.5) / 10_000) * 2 ** 32));
    expect(hashes.filter((hash) => splitOf(hash, bp) === "validation")).toHaveLength(bp);
  }
});

test("a file that was refused or must be mapped stays that, whatever was said about bad rows", () => {
  const refusal = { code: "gzip", message: "m", remedy: "r" };
  for (const said of ["ask", "refuse", "set_aside"] as const) {
    expect(judgeImport({ ...emptyReport(), refusal, badRows: 1 }, said)).toEqual({ status: "refused", refusal });
    const unmapped = { columns: [], samples: [] };
    expect(judgeImport({ ...emptyReport(), unmapped }, said)).toEqual({ status: "needs_review", kind: "mapping" });
    expect(judgeImport({ ...emptyReport(), rowsRead: 3 }, said)).toEqual({ status: "ready" });
  }
});

test("bad rows are asked about, set aside or refuse the file, as was said beforehand", () => {
  const report = { ...emptyReport(), rowsRead: 9, badRows: 2 };
  expect(judgeImport(report, "ask")).toEqual({ status: "needs_review", kind: "bad_rows" });
  expect(judgeImport(report, "set_aside")).toEqual({ status: "ready" });
  expect(judgeImport(report, "refuse")).toMatchObject({
    status: "refused",
    refusal: { code: "bad_rows", message: "2 of 9 rows have problems" },
  });
});

test("a version without a row to train on is told, unless it was meant as an eval set", () => {
  const split = { trainRows: 0, validationRows: 1_200, validationShareBp: 1_000 };
  expect(nothingToTrain(split)).toBe("no row is left to train on: all 1,200 rows fall into validation");
  expect(nothingToTrain({ ...split, validationRows: 1 })).toContain("the one row falls into validation");
  for (const change of [{ validationShareBp: 10_000 }, { trainRows: 1 }, { trainRows: null }, { validationRows: 0 }])
    expect(nothingToTrain({ ...split, ...change }), JSON.stringify(change)).toBeNull();
  expect(stateOf({ status: "ready", trainRows: 0 })).toBe("validation_only");
  expect(stateOf({ status: "importing", trainRows: 0 })).toBe("importing");
  expect(stateOf({ status: "ready", trainRows: null })).toBe("ready");
});

test("preferences are not for SFT, paired or not, and every other shape is", () => {
  expect((["messages", "prompt_completion", "text", null] as const).map(notForSft)).toEqual(Array(4).fill(null));
  expect(notForSft("preference")).toContain("one answer");
  expect(notForSft("unpaired_preference")).toContain("bad answers");
});

test("only what the assistant says with its weight is measured as answers", () => {
  const found: [string, number][] = [];
  const messages = [
    { role: "system" as const, content: "s" },
    { role: "user" as const, content: "12" },
    { role: "assistant" as const, content: "123", weight: 0 as const },
    { role: "assistant" as const, content: "1234" },
  ];
  measure({ messages }, (name, length) => found.push([name, length]));
  expect(Object.fromEntries(found)).toEqual({ conversation: 10, answers: 4, turns: 4 });
  expect([{ role: "user" }, { role: "assistant" }, { role: "assistant", weight: 0 }].map(isLearnt)).toEqual([
    false,
    true,
    false,
  ]);
});

test("each shape is measured by its own fields", () => {
  const fieldsOf = (example: Parameters<typeof measure>[0]) => {
    const found: [string, number][] = [];
    measure(example, (name, length) => found.push([name, length]));
    return Object.fromEntries(found);
  };
  const [prompt, good, bad] = ["ab", "c", "def"].map((content) => [{ role: "assistant" as const, content }]);
  if (!prompt || !good || !bad) throw new Error("three texts");
  expect(fieldsOf({ text: "abc" })).toEqual({ text: 3 });
  expect(fieldsOf({ prompt: "ab", completion: "c" })).toEqual({ prompt: 2, completion: 1 });
  expect(fieldsOf({ prompt, chosen: good, rejected: bad })).toEqual({ prompt: 2, chosen: 1, rejected: 3 });
  expect(fieldsOf({ prompt, completion: bad, label: false })).toEqual({ prompt: 2, completion: 3 });
});

test("a kind of problem is one entry wherever in a list it stands, counted once a row, with its first five places", () => {
  const listed: Problem[] = [];
  const problems = createProblems(listed);
  for (let line = 1; line <= 7; line++)
    problems.add(
      { line, element: null },
      [0, 1].map((i) => problem(`messages[${line + i}].content`, "empty_turn", "m", "r")),
      `row ${line}`,
    );
  problems.add({ line: 8, element: null }, [problem("messages[0].role", "empty_turn", "m", "r")], "row 8");
  expect(listed.map(({ field, rows, text }) => [field, rows, text])).toEqual([
    ["messages[1].content", 7, "row 1"],
    ["messages[0].role", 1, "row 8"],
  ]);
  expect(listed[0]?.places.map((place) => place.line)).toEqual([1, 2, 3, 4, 5]);
});

test("rows share an entry only when the same is said of them, and an entry for many wordings says so", () => {
  const listed: Problem[] = [];
  const problems = createProblems(listed);
  const columns = [18, 4, 18, 7, 9, 11, 13, 15, 18];
  for (const [i, column] of columns.entries())
    problems.add({ line: i + 1, element: null }, [problem(null, "invalid_json", `column ${column}`, "r")], "row");
  expect(listed.map(({ message, rows, places }) => [message, rows, places.map(({ line }) => line)])).toEqual([
    ["column 18", 3, [1, 3, 9]],
    ["column 4", 1, [2]],
    ["column 7", 1, [4]],
    ["column 9", 1, [5]],
    ["column 11 (the first row; the others have it in other words)", 3, [6, 7, 8]],
  ]);
});

test("kinds beyond the hundredth are not listed, and the rows of those that are go on being counted", () => {
  const listed: Problem[] = [];
  const problems = createProblems(listed);
  for (let i = 0; i < maxListedProblems + 50; i++)
    problems.add({ line: i, element: null }, [problem(`column ${i}`, "empty_field", "m", "r")], "x".repeat(500));
  problems.add({ line: 999, element: 3 }, [problem("column 0", "empty_field", "m", "r")], "");
  expect(listed).toHaveLength(maxListedProblems);
  expect(listed[0]).toMatchObject({ rows: 2, text: `${"x".repeat(240)}…` });
});

test("places are told as people look for them: three by line, the rest by number", () => {
  const at = (line: number, element: number | null = null) => ({ line, element });
  expect(formatPlaces({ places: [at(3)], rows: 1 })).toBe("Line 3");
  expect(formatPlaces({ places: [at(3), at(5)], rows: 2 })).toBe("Line 3 and 5");
  expect(formatPlaces({ places: [at(3), at(5), at(7)], rows: 3 })).toBe("Line 3, 5 and 7");
  expect(formatPlaces({ places: [at(3), at(5), at(7), at(8), at(9)], rows: 4_999 })).toBe(
    "Line 3, 5, 7 and 4,996 more",
  );
  expect(formatPlaces({ places: [at(2, 1)], rows: 2 })).toBe("Line 2 (element 1) and 1 more");
  expect([formatPlace(at(4)), formatPlace(at(4, 2))]).toEqual(["Line 4", "Line 4 (element 2)"]);
});

test("one row is told in the singular and thousands with their comma", () => {
  const told = (code: Parameters<typeof formatNote>[0]["code"]) =>
    [1, 1_234].map((rows) => formatNote({ code, name: "id", rows }));
  expect(told("ignored_column")).toEqual(['column "id" is not used: 1 row', 'column "id" is not used: 1,234 rows']);
  expect(told("turns_as_row")[0]).toContain("1 row is a list");
  expect(told("not_learnt")[1]).toContain("1,234 rows have");
  expect(told("user_not_learnt")).toEqual([expect.stringMatching(/1 row marks/), expect.stringMatching(/rows mark /)]);
  expect(told("control_text")[0]).toContain("1 row holds text that looks like a control token (id)");
});
