import { type FileHandle, open } from "node:fs/promises";
import { DomainError } from "#server/errors.ts";
import { GgufCursor } from "#server/inference/client/gguf-cursor.ts";

const maxTensors = 65_536;
const maxEntries = 65_536;
const maxKeyBytes = 65_535;
const maxTextBytes = 4 * 1024 * 1024;
const maxArrayItems = 4_000_000;
const maxDimensions = 4;

export type GgufHeader = {
  /** `general.type`: a model, or a LoRA adapter */
  type: "model" | "adapter";
  /** `general.architecture`, e.g. `llama` */
  architecture: string;
  /** tokens the model was made for; null for an adapter */
  contextLength: number | null;
  /** sum of all tensor elements */
  parameters: number;
  /** Jinja source of `tokenizer.chat_template`; null when the file has none */
  chatTemplate: string | null;
  /** `tokenizer.ggml.model`, e.g. `gpt2`; null for an adapter */
  tokenizerModel: string | null;
  tensors: number;
  fileBytes: number;
  /** what the KV cache of one token costs in bytes at F16; null when the file does not say */
  kvBytesPerToken: number | null;
};

type Value = string | number | boolean | bigint | null;

/** ggml type id → [elements per block, bytes per block]; ids as in ggml.h of llama.cpp v0.5.0. */
const blocks: Record<number, readonly [number, number]> = {
  0: [1, 4],
  1: [1, 2],
  2: [32, 18],
  3: [32, 20],
  6: [32, 22],
  7: [32, 24],
  8: [32, 34],
  10: [256, 84],
  11: [256, 110],
  12: [256, 144],
  13: [256, 176],
  14: [256, 210],
  16: [256, 66],
  17: [256, 74],
  18: [256, 98],
  19: [256, 50],
  20: [32, 18],
  21: [256, 110],
  22: [256, 82],
  23: [256, 136],
  24: [1, 1],
  25: [1, 2],
  26: [1, 4],
  27: [1, 8],
  28: [1, 8],
  29: [256, 56],
  30: [1, 2],
  34: [256, 54],
  35: [256, 66],
  39: [32, 17],
  40: [64, 36],
  41: [128, 18],
};

/**
 * Read and check the header of a GGUF file before any native code sees it: magic, version, counts,
 * every offset against the file's real size. Throws INVALID with one sentence for a file that is
 * truncated, lies about its size, or would take absurd memory (reasons `gguf_truncated`, `gguf_invalid`).
 */
export async function readGgufHeader(path: string): Promise<GgufHeader> {
  const file = await open(path, "r").catch((cause: unknown) => {
    throw new DomainError("INVALID", "the GGUF file cannot be opened", { cause, reason: "gguf_invalid" });
  });
  try {
    return await readHeader(file);
  } finally {
    await file.close();
  }
}

async function readHeader(file: FileHandle): Promise<GgufHeader> {
  const { size } = await file.stat();
  const cursor = new GgufCursor(file, size);
  if (size < 24) throw invalid("the file is too short to be GGUF", "gguf_truncated");
  const magic = await cursor.bytes(4);
  if (magic.toString("latin1") !== "GGUF") throw invalid("the file does not begin with GGUF");
  const version = await cursor.u32();
  if (version !== 2 && version !== 3) throw invalid(`GGUF version ${version} is not supported (2 and 3 are)`);
  const tensors = await cursor.count("tensors", maxTensors, 24);
  const entries = await cursor.count("metadata entries", maxEntries, 13);
  const metadata = new Map<string, Value>();
  for (let i = 0; i < entries; i++) {
    const key = await cursor.text(maxKeyBytes);
    metadata.set(key, await readValue(cursor, await cursor.u32(), key));
  }
  const parameters = await checkTensors(cursor, tensors, alignmentOf(metadata), size);
  return describe(metadata, { tensors, parameters, fileBytes: size });
}

function describe(metadata: Map<string, Value>, counted: { tensors: number; parameters: number; fileBytes: number }) {
  const text = (key: string) => textOf(metadata.get(key));
  const number = (key: string) => numberOf(metadata.get(key));
  const architecture = text("general.architecture");
  if (!architecture) throw invalid("the file names no architecture (general.architecture)");
  const type = text("general.type") === "adapter" ? ("adapter" as const) : ("model" as const);
  const contextLength = number(`${architecture}.context_length`);
  if (type === "model" && (contextLength === null || contextLength < 1 || contextLength > 100_000_000)) {
    throw invalid(`the file says no usable context length (${architecture}.context_length)`);
  }
  const chatTemplate = text("tokenizer.chat_template");
  const tokenizerModel = text("tokenizer.ggml.model");
  const kvBytesPerToken = kvBytes(number, architecture);
  return { type, architecture, contextLength, chatTemplate, tokenizerModel, kvBytesPerToken, ...counted };
}

/** K and V, two bytes each, for every layer and KV head. */
function kvBytes(number: (key: string) => number | null, architecture: string): number | null {
  const of = (key: string) => number(`${architecture}.${key}`);
  const layers = of("block_count");
  const width = of("embedding_length");
  const heads = of("attention.head_count");
  if (!layers || !width || !heads) return null;
  const kvHeads = of("attention.head_count_kv") ?? heads;
  const keyLength = of("attention.key_length") ?? width / heads;
  const valueLength = of("attention.value_length") ?? width / heads;
  return Math.ceil(layers * kvHeads * (keyLength + valueLength) * 2);
}

async function readValue(cursor: GgufCursor, type: number, key: string): Promise<Value> {
  if (type === 8) return cursor.text(maxTextBytes);
  if (type !== 9) return cursor.scalar(type, key);
  const itemType = await cursor.u32();
  if (itemType === 9) throw invalid(`the metadata entry ${key} is an array of arrays`);
  const length = await cursor.count(`items in ${key}`, maxArrayItems, itemType === 8 ? 8 : 1);
  for (let i = 0; i < length; i++) {
    if (itemType === 8) await cursor.skipText(maxTextBytes);
    else await cursor.scalar(itemType, key);
  }
  return null;
}

async function checkTensors(cursor: GgufCursor, tensors: number, alignment: number, fileBytes: number) {
  let parameters = 0;
  const spans: { name: string; offset: number; bytes: number }[] = [];
  for (let i = 0; i < tensors; i++) {
    const name = await cursor.text(maxKeyBytes);
    const dimensions = await cursor.u32();
    if (dimensions < 1 || dimensions > maxDimensions) throw invalid(`tensor ${name} has ${dimensions} dimensions`);
    let elements = 1;
    let row = 0;
    for (let d = 0; d < dimensions; d++) {
      const length = await cursor.u64();
      if (d === 0) row = length;
      elements *= length;
      if (length < 1 || !Number.isSafeInteger(elements)) throw invalid(`tensor ${name} has an impossible shape`);
    }
    const type = await cursor.u32();
    const block = blocks[type];
    if (!block) throw invalid(`tensor ${name} has the unknown type ${type}`);
    const [perBlock, blockBytes] = block;
    if (row % perBlock !== 0) throw invalid(`tensor ${name} has rows of ${row}, not a multiple of ${perBlock}`);
    const offset = await cursor.u64();
    if (offset % alignment !== 0) throw invalid(`tensor ${name} begins at ${offset}, which is not aligned`);
    spans.push({ name, offset, bytes: (elements / perBlock) * blockBytes });
    parameters += elements;
  }
  const start = Math.ceil(cursor.position / alignment) * alignment;
  for (const { name, offset, bytes } of spans) {
    if (start + offset + bytes <= fileBytes) continue;
    const needed = start + offset + bytes;
    throw invalid(`tensor ${name} ends at byte ${needed}, but the file has ${fileBytes}: truncated?`, "gguf_truncated");
  }
  return parameters;
}

function alignmentOf(metadata: Map<string, Value>) {
  const alignment = numberOf(metadata.get("general.alignment")) ?? 32;
  const powerOfTwo = alignment >= 1 && alignment <= 65_536 && Number.isInteger(Math.log2(alignment));
  if (!powerOfTwo) throw invalid(`the alignment ${alignment} is not usable`);
  return alignment;
}

function textOf(value: Value | undefined) {
  return typeof value === "string" && value !== "" ? value : null;
}

function numberOf(value: Value | undefined) {
  return typeof value === "number" ? value : null;
}

function invalid(message: string, reason = "gguf_invalid") {
  return new DomainError("INVALID", `not a usable GGUF file: ${message}`, { reason });
}
