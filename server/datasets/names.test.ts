import fc from "fast-check";
import { expect, test } from "vitest";
import { CreateDataset, DatasetName, Filename } from "#server/datasets/input.ts";
import { nameFromFile, parseDatasetRef } from "#server/datasets/name.rule.ts";

test("whatever a file is called, the name made of it is one that a dataset may have", () => {
  const anything = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 120 }),
    fc.string({ unit: "binary", maxLength: 120 }),
  );
  fc.assert(
    fc.property(anything, fc.constantFrom("", ".jsonl", ".json.gz", ".", "/"), (base, ending) => {
      const name = nameFromFile(base + ending);
      expect(DatasetName.safeParse(name).error, JSON.stringify(name)).toBeUndefined();
      expect(DatasetName.parse(name)).toBe(name);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["tickets.jsonl", "tickets"],
  ["tickets.jsonl.gz", "tickets"],
  ["C:\\data\\my tickets.json", "my tickets"],
  ["/home/ada/v1.2.jsonl", "v1.2"],
  ["2026-11-01.jsonl", "2026-11-01"],
  ["größe (neu).jsonl", "größe -neu-"],
  [".jsonl", "dataset"],
  ["---.jsonl", "dataset"],
  ["", "dataset"],
])("the file %j makes the dataset %j", (file, name) => {
  expect(nameFromFile(file)).toBe(name);
});

test("a version is named behind a slash, and what only looks like a number of one is part of the name", () => {
  expect(parseDatasetRef("support/3")).toEqual({ name: "support", version: 3 });
  expect(parseDatasetRef("a/b/12")).toEqual({ name: "a/b", version: 12 });
  for (const name of ["support", "support/", "/3", "support/3x", "support/-1", "support/9999999999", "support/1.5"])
    expect(parseDatasetRef(name)).toEqual({ name, version: null });
});

test("a reference says the same when it is put together again", () => {
  const name = fc.string({ unit: fc.constantFrom(..."ab1 ./-"), minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(name, fc.integer({ min: 1, max: 999_999_999 }), (base, version) => {
      expect(parseDatasetRef(`${base}/${version}`)).toEqual({ name: base, version });
    }),
  );
});

test.each(["a/b.jsonl", "..\\x.jsonl", "a\nb.jsonl", "a\u0000", "", "x".repeat(256)])(
  "%j is no plain file name",
  (filename) => {
    expect(Filename.safeParse(filename).success).toBe(false);
  },
);

test("a share for validation is whole basis points from none to all, a tenth unless said", () => {
  const share = (validationShareBp?: unknown) => CreateDataset.safeParse({ uploadId: "upl_1", validationShareBp });
  expect(share().data).toMatchObject({ validationShareBp: 1_000, onBadRows: "ask" });
  expect([0, 10_000].map((bp) => share(bp).success)).toEqual([true, true]);
  expect([-1, 10_001, 0.5, "1000", null].map((bp) => share(bp).success)).toEqual(Array(5).fill(false));
});
