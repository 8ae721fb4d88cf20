import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tinyAdapter, tinyBase } from "#server/inference/gguf-testing.ts";
import { chooseFiles } from "#server/models/check/choose.rule.ts";
import { chooseModel } from "#server/models/check/choose.ts";
import { checkModel } from "#server/models/check/model.ts";
import { modelFolder, safetensors, tensor } from "#server/models/check/safetensors.fixture.ts";

async function check(changes: Parameters<typeof modelFolder>[0] = {}) {
  const folder = await modelFolder(changes);
  const { format, paths } = await chooseModel(await readdir(folder), undefined, async (path) => join(folder, path));
  return checkModel(
    format,
    paths.map((path) => ({ path, file: join(folder, path) })),
  );
}
const config = (more: object) => ({ "config.json": JSON.stringify({ architectures: ["LlamaForCausalLM"], ...more }) });

test("a safetensors folder says what it is", async () => {
  expect(await check()).toEqual({ architecture: "LlamaForCausalLM", parameters: 4, contextLength: 128 });
});

test("a GGUF file says what it is, and one that is cut or an adapter is refused", async () => {
  const gone = { "config.json": null, "tokenizer.json": null, "model.safetensors": null };
  expect(await check({ ...gone, "base.gguf": tinyBase() })).toMatchObject({
    architecture: "llama",
    contextLength: 256,
  });
  await expect(check({ ...gone, "base.gguf": tinyBase().subarray(0, 500) })).rejects.toThrow("truncated");
  await expect(check({ ...gone, "base.gguf": tinyAdapter() })).rejects.toThrow("is an adapter");
});

test("a model that brings its own code is refused, wherever it says so", async () => {
  await expect(check(config({ auto_map: { AutoModel: "m.X" } }))).rejects.toThrow("config.json brings code of its own");
  const inTokenizer = { "tokenizer_config.json": JSON.stringify({ auto_map: { AutoTokenizer: ["t.X", null] } }) };
  await expect(check(inTokenizer)).rejects.toThrow("tokenizer_config.json brings code of its own (auto_map)");
});

test("pickles are refused by name and by their first bytes", async () => {
  await expect(check({ "model.safetensors": null, "pytorch_model.bin": "x" })).rejects.toThrow("is a pickle");
  const zip = Buffer.from("PK\u0003\u0004 the rest of a torch file");
  await expect(check({ "model.safetensors": zip })).rejects.toThrow("is a pickle");
  await expect(check({ "model.safetensors": Buffer.from([0x80, 2, 0x8a, 10, 0, 0, 0, 0]) })).rejects.toThrow("pickle");
});

test("safetensors that lie about their size are refused before anything loads them", async () => {
  const data = Buffer.alloc(16);
  const refused = (weights: Buffer) => expect(check({ "model.safetensors": weights })).rejects;
  await refused(safetensors({ w: tensor }, data, 1n << 60n)).toThrow("says its header has");
  await refused(safetensors({ w: tensor }, data.subarray(0, 8))).toThrow("does not fit");
  await refused(safetensors({ w: tensor }, Buffer.alloc(20))).toThrow("4 bytes that belong to no tensor");
  await refused(safetensors({ w: { ...tensor, shape: [2, 3] } })).toThrow("does not fit its shape");
  await refused(safetensors({ w: { ...tensor, data_offsets: [4, 20] } })).toThrow("does not fit");
  await refused(safetensors({ a: tensor, b: tensor })).toThrow("does not fit");
  await refused(safetensors({ w: { ...tensor, dtype: "NOPE" } })).toThrow("unknown type");
  await refused(safetensors({ w: { ...tensor, shape: [1e300, 1e300] } })).toThrow("describes w");
  await refused(Buffer.from("abc")).toThrow("too short");
});

test("weights that lie there twice count once: what the index names, else model.safetensors", async () => {
  const twin = { "consolidated.safetensors": safetensors() };
  expect(await check(twin)).toMatchObject({ parameters: 4 });
  const shards = { "model.safetensors": null, "model-00001-of-00002.safetensors": safetensors({ w: tensor }) };
  const odd = { "extra.safetensors": safetensors({ v: tensor }) };
  const index = { weight_map: { w: "model-00001-of-00002.safetensors", v: "extra.safetensors" } };
  const indexed = { ...shards, ...odd, "model.safetensors.index.json": JSON.stringify(index) };
  expect(await check({ ...indexed, ...twin })).toMatchObject({ parameters: 8 });
  const unreadable = { ...indexed, "model.safetensors.index.json": "{" };
  await expect(check(unreadable)).rejects.toThrow("model.safetensors.index.json is not valid JSON");
});

test("an unknown architecture, quantised weights and missing parts are named", async () => {
  await expect(check(config({ architectures: ["BertModel"] }))).rejects.toThrow("architecture BertModel");
  await expect(check(config({ quantization_config: { quant_method: "gptq" } }))).rejects.toThrow("quantised (gptq)");
  await expect(check({ "tokenizer.json": null })).rejects.toThrow("no tokenizer");
  await expect(check({ "config.json": "{" })).rejects.toThrow("config.json is not valid JSON");
  const index = { weight_map: { w: "model.safetensors", v: "model-00002.safetensors" } };
  const json = { "model.safetensors.index.json": JSON.stringify(index) };
  await expect(check(json)).rejects.toThrow("1 weight files are missing, first model-00002.safetensors");
  await expect(check({ "config.json": null, "adapter_config.json": "{}" })).rejects.toThrow("this is an adapter");
  await expect(check({ "config.json": null, "model.safetensors": null })).rejects.toThrow("no weights here");
});

test("one of several GGUF files must be named", () => {
  const paths = ["m-q4.gguf", "m-q8.gguf", "README.md"];
  expect(() => chooseFiles(paths)).toThrow("name one of them: m-q4.gguf, m-q8.gguf");
  expect(chooseFiles(paths, "m-q8.gguf")).toEqual({ format: "gguf", paths: ["m-q8.gguf"] });
});
