import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { readGgufHeader } from "#server/inference/client/gguf-header.ts";
import { chatTemplate, tinyAdapter, tinyBase } from "#server/inference/gguf-testing.ts";

let dir = "";
const base = tinyBase();
const keyAt = (key: string) => base.indexOf(key) + key.length;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "largeforge-gguf-"));
});

async function headerOf(bytes: Buffer) {
  const path = join(dir, `${Math.random()}.gguf`);
  await writeFile(path, bytes);
  return readGgufHeader(path);
}

function patched(at: number, change: (bytes: Buffer, at: number) => void) {
  const copy = Buffer.from(base);
  change(copy, at);
  return copy;
}

test("the header of a base says what it is", async () => {
  const header = await headerOf(base);
  expect(header).toMatchObject({
    type: "model",
    architecture: "llama",
    contextLength: 256,
    chatTemplate,
    tokenizerModel: "gpt2",
    kvBytesPerToken: 256,
    fileBytes: base.length,
  });
  expect(header.parameters).toBe(2 * 32 * 268 + 32 + 2 * (2 * 32 + 4 * 32 * 32 + 3 * 32 * 64));
});

test("an adapter is recognised as one", async () => {
  expect(await headerOf(tinyAdapter())).toMatchObject({ type: "adapter", architecture: "llama", contextLength: null });
});

test("a file that stops early is refused before native code sees it", async () => {
  await expect(headerOf(base.subarray(0, base.length - 1))).rejects.toThrow("truncated?");
  await expect(headerOf(base.subarray(0, 300))).rejects.toThrow("truncated");
  await expect(headerOf(base.subarray(0, 10))).rejects.toThrow("too short");
  await expect(headerOf(Buffer.alloc(0))).rejects.toThrow("too short");
});

test("a file that is something else is refused", async () => {
  await expect(headerOf(Buffer.from("PK\u0003\u0004 a zip file with enough bytes"))).rejects.toThrow("GGUF");
  await expect(headerOf(patched(4, (b, at) => b.writeUInt32LE(99, at)))).rejects.toThrow("version 99");
});

test("lies about counts and lengths are refused without taking the memory they ask for", async () => {
  const huge = 0xffff_ffff_ffff_fff0n;
  await expect(headerOf(patched(8, (b, at) => b.writeBigUInt64LE(huge, at)))).rejects.toThrow("absurd number");
  await expect(headerOf(patched(8, (b, at) => b.writeBigUInt64LE(60_000n, at)))).rejects.toThrow("60000 tensors");
  await expect(headerOf(patched(16, (b, at) => b.writeBigUInt64LE(70_000n, at)))).rejects.toThrow("70000 metadata");
  const name = keyAt("general.name") + 4;
  await expect(headerOf(patched(name, (b, at) => b.writeBigUInt64LE(2n ** 40n, at)))).rejects.toThrow("a text of");
  // node-llama-cpp's reader ends the process on this one
  const justBelow = patched(name, (b, at) => b.writeBigUInt64LE(2n ** 31n - 8n, at));
  await expect(headerOf(justBelow)).rejects.toThrow("a text of");
  const tokens = keyAt("tokenizer.ggml.tokens") + 8;
  await expect(headerOf(patched(tokens, (b, at) => b.writeBigUInt64LE(2n ** 30n, at)))).rejects.toThrow("items in");
  const possible = patched(tokens, (b, at) => b.writeBigUInt64LE(3_900_000n, at));
  await expect(headerOf(possible)).rejects.toThrow("3900000 items in");
});

test("a tensor of impossible shape, type or place is refused", async () => {
  const tensor = base.lastIndexOf("token_embd.weight") + "token_embd.weight".length;
  const shape = patched(tensor + 4, (b, at) => b.writeBigUInt64LE(2n ** 52n, at));
  await expect(headerOf(shape)).rejects.toThrow("impossible shape");
  const type = patched(tensor + 20, (b, at) => b.writeUInt32LE(77, at));
  await expect(headerOf(type)).rejects.toThrow("unknown type 77");
  const offset = patched(tensor + 24, (b, at) => b.writeBigUInt64LE(2n ** 40n, at));
  await expect(headerOf(offset)).rejects.toThrow("but the file has");
  const unaligned = patched(tensor + 24, (b, at) => b.writeBigUInt64LE(7n, at));
  await expect(headerOf(unaligned)).rejects.toThrow("not aligned");
  const dimensions = patched(tensor, (b, at) => b.writeUInt32LE(9, at));
  await expect(headerOf(dimensions)).rejects.toThrow("9 dimensions");
});

test("an absurd context length is refused: the engine would hang on it", async () => {
  const context = patched(keyAt("llama.context_length") + 4, (b, at) => b.writeUInt32LE(200_000_000, at));
  await expect(headerOf(context)).rejects.toThrow("context length");
});
