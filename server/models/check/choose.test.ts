import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { chooseFiles, indexName } from "#server/models/check/choose.rule.ts";
import { safetensors } from "#server/models/check/safetensors.fixture.ts";
import { readSafetensors } from "#server/models/check/safetensors.ts";

const repository = [
  ...["README.md", ".gitattributes", "LICENSE", "config.json", "generation_config.json", "tokenizer.json"],
  ...[
    "tokenizer_config.json",
    "model.safetensors",
    "pytorch_model.bin",
    "onnx/model.onnx",
    "original/model.safetensors",
  ],
];

test("of a repository the safetensors, configuration and tokenizer of its top folder are taken, in any order of listing", () => {
  const shuffled = fc.shuffledSubarray(repository, { minLength: repository.length, maxLength: repository.length });
  fc.assert(
    fc.property(shuffled, (paths) => {
      const { format, paths: chosen } = chooseFiles(paths);
      expect(format).toBe("safetensors");
      expect([...chosen].sort()).toEqual([
        ...["LICENSE", "config.json", "generation_config.json", "model.safetensors", "tokenizer.json"],
        "tokenizer_config.json",
      ]);
    }),
  );
});

test("what is chosen is always a part of what was there, and a folder with safetensors needs no pickle", () => {
  const name = fc.constantFrom(
    ...[
      "config.json",
      "model.safetensors",
      "model-1.safetensors",
      indexName,
      "a.gguf",
      "sub/b.gguf",
      "C.GGUF",
      "x.bin",
    ],
    ...["adapter_config.json", "tokenizer.json", "notes.txt"],
  );
  fc.assert(
    fc.property(fc.uniqueArray(name), (paths) => {
      try {
        const choice = chooseFiles(paths);
        expect(choice.paths.filter((path) => !paths.includes(path))).toEqual([]);
        expect(choice.paths.some((path) => path.endsWith(".bin"))).toBe(false);
        if (choice.format === "gguf") expect(choice.paths).toHaveLength(1);
      } catch (error) {
        expect(error).toMatchObject({ code: "REFUSED", reason: expect.any(String) });
      }
    }),
    { numRuns: 300 },
  );
});

test.each([
  [["model.safetensors", "model-00001-of-00002.safetensors"], ["model.safetensors"]],
  [
    ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", indexName],
    ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", indexName],
  ],
  [
    ["model.safetensors", "extra.safetensors", indexName],
    ["model.safetensors", "extra.safetensors", indexName],
  ],
])("of the weights %j those are taken: %j", (paths, chosen) => {
  expect(chooseFiles(paths).paths).toEqual(chosen);
});

test.each([
  [["a.gguf"], undefined, { format: "gguf", paths: ["a.gguf"] }],
  [["sub/A.GGUF", "notes.txt"], undefined, { format: "gguf", paths: ["sub/A.GGUF"] }],
  [["a.gguf", "model.safetensors"], "a.gguf", { format: "gguf", paths: ["a.gguf"] }],
])("of %j with %j wanted one GGUF is taken", (paths, wanted, choice) => {
  expect(chooseFiles(paths, wanted)).toEqual(choice);
});

test.each([
  [["a.gguf"], "b.gguf", "weights_missing", "there is no GGUF file b.gguf"],
  [["model.safetensors"], "model.safetensors", "weights_missing", "there is no GGUF file"],
  [["a.gguf", "sub/b.gguf"], undefined, "ambiguous", "there are 2 GGUF files; name one of them: a.gguf, sub/b.gguf"],
  [["adapter_config.json", "adapter_model.safetensors"], undefined, "adapter", "this is an adapter"],
  [["weights/model.PTH"], undefined, "pickle", "weights/model.PTH is a pickle"],
  [["sub/model.safetensors"], undefined, "weights_missing", "there are no weights here"],
  [[], undefined, "weights_missing", "there are no weights here"],
])("%j with %j wanted is refused as %s", (paths, wanted, reason, message) => {
  const choose = () => chooseFiles(paths, wanted);
  expect(choose).toThrow(expect.objectContaining({ code: "REFUSED", reason }));
  expect(choose).toThrow(message);
});

/** Tensors of these shapes one behind the other, as a header and as data. */
function packed(shapes: readonly (readonly number[])[]) {
  let end = 0;
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  for (const [i, shape] of shapes.entries()) {
    const bytes = shape.reduce((product, length) => product * length, 1) * 2;
    header[`layer.${i}`] = { dtype: "BF16", shape, data_offsets: [end, end + bytes] };
    end += bytes;
  }
  return { header, data: Buffer.alloc(end), parameters: end / 2 };
}

async function read(bytes: Buffer) {
  const file = join(await mkdtemp(join(tmpdir(), "largeforge-test-tensors-")), "model.safetensors");
  await writeFile(file, bytes);
  return readSafetensors(file, "model.safetensors");
}

test("whatever tensors a file holds, scalars and empty ones too, their parameters are counted", async () => {
  const shapes = fc.array(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 3 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(shapes, async (given) => {
      const { header, data, parameters } = packed(given);
      const found = await read(safetensors(header, data));
      expect(found.parameters).toBe(parameters);
      expect([...found.tensors].sort()).toEqual(given.map((_, i) => `layer.${i}`).sort());
    }),
    { numRuns: 30 },
  );
});

test("a file cut anywhere, or with a byte too many, is refused by its name", async () => {
  const { header, data } = packed([[2, 2], [3]]);
  const whole = safetensors(header, data);
  for (let end = 0; end < whole.length; end += 7)
    await expect(read(whole.subarray(0, end)), String(end)).rejects.toMatchObject({ reason: "weights_invalid" });
  await expect(read(Buffer.concat([whole, Buffer.alloc(1)]))).rejects.toThrow(
    "model.safetensors has 1 bytes that belong",
  );
});

test.each([
  ["a type that JavaScript's objects know", { w: { dtype: "constructor", shape: [2], data_offsets: [0, 4] } }],
  ["a negative length", { w: { dtype: "F16", shape: [-2], data_offsets: [0, 4] } }],
  ["half a parameter", { w: { dtype: "F16", shape: [1.5], data_offsets: [0, 3] } }],
  ["offsets the wrong way round", { w: { dtype: "F16", shape: [2], data_offsets: [4, 0] } }],
  [
    "a gap",
    { a: { dtype: "U8", shape: [1], data_offsets: [0, 1] }, b: { dtype: "U8", shape: [1], data_offsets: [3, 4] } },
  ],
  [
    "bytes that two tensors share",
    { a: { dtype: "F16", shape: [2], data_offsets: [0, 4] }, b: { dtype: "U8", shape: [2], data_offsets: [2, 4] } },
  ],
  ["no tensor where bytes are", {}],
])("a header that tells of %s is refused", async (_what, header) => {
  await expect(read(safetensors(header, Buffer.alloc(4)))).rejects.toMatchObject({
    code: "REFUSED",
    reason: "weights_invalid",
  });
});
